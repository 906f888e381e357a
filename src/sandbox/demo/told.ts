import { linkedinAuthor } from '../accounts.ts';
import type { Row } from '../insert-rows.ts';
import type { Person } from '../people.ts';
import { schedule } from '../schedule.ts';
import type { SeedMedia } from '../seed-media.ts';

/** What a tick must make of it: out, left alone, or refused with this code. */
export type Expected = 'published' | 'skipped' | { readonly code: string };

/** One post of the demo, without what all have. */
export interface Told {
  /** Its kind in words. */
  readonly what: string;
  readonly by: Person;
  readonly when: Row;
  /** 'published' when absent. */
  readonly expect?: Expected;
  readonly row: Row;
}

/** What posts are told with. */
export interface Setting {
  readonly media: SeedMedia;
  /** Due five seconds ago. */
  readonly instant: Row;
  /** People schedule by whole minutes: due at the beginning of this one. */
  clock(person: Pick<Person, 'timezone'>): Row;
  chat(person: Person): Row;
  author(person: Person, as: 'member' | 'organization'): Row;
}

export function settingAt(now: Date, media: SeedMedia): Setting {
  const minute = new Date(Math.floor((now.getTime() - 1_000) / 60_000) * 60_000);
  return {
    media,
    instant: schedule.instant(new Date(now.getTime() - 5_000)),
    clock: ({ timezone }) => schedule.wallClock(minute, timezone),
    chat: ({ timezone }) => schedule.chat(minute, timezone),
    author: (person, as) => ({ account_id: linkedinAuthor(person, as) }),
  };
}
