import type { Row } from './insert-rows.ts';

/** Somebody who uses the marketing app in the sandbox; invented, like everything here. */
export interface Person {
  /** From 1 on; all ids follow from it, so that every sandbox has the same. */
  readonly number: number;
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly shop: string;
  /** profiles.timezone as it was typed: not always the name of a zone. */
  readonly timezone: string;
  /** How many kinds of account are connected, see accounts.ts. */
  readonly accounts: 'all' | 'facebook' | 'none';
}

const PEOPLE = [
  ['Asha Rao', 'Rao Bakes', 'Asia/Kolkata', 'all'],
  ['Ben Cole', 'Cole Cycles', 'America/New_York', 'all'],
  // Never finished onboarding.
  ['Chi Lin', 'Lin Florist', '', 'none'],
  // Typed by hand: India, Ireland or Israel?
  ['Dev Kumar', 'Kumar Books', 'IST', 'facebook'],
  ['Erik Berg', 'Bergs Bryggeri', 'Europe/Stockholm', 'all'],
  ['Fatou Diop', 'Atelier Fatou', 'Africa/Dakar', 'all'],
  ['Gina Rossi', 'Gelateria Rossi', 'Europe/Rome', 'all'],
  ['Hiro Tanaka', 'Tanaka Ceramics', 'Asia/Tokyo', 'all'],
  ['Ines Prado', 'Prado Surf', 'America/Sao_Paulo', 'all'],
  ['Jack Moss', 'Moss Garden Centre', 'Europe/London', 'all'],
  ['Kiri Walker', 'Walker Wools', 'Pacific/Auckland', 'all'],
  ['Lena Weiss', 'Weiss Optik', 'Europe/Berlin', 'all'],
  ['Maya Cohen', 'Cohen Spices', 'Asia/Jerusalem', 'all'],
  ['Noah Clark', 'Clark Roasters', 'America/Los_Angeles', 'all'],
] as const;

export const people: readonly Person[] = PEOPLE.map(([name, shop, timezone, accounts], index) => ({
  number: index + 1,
  id: seedId(1, index + 1),
  email: `${name.toLowerCase().replace(' ', '.')}@example.test`,
  name,
  shop,
  timezone,
  accounts,
}));

const named = (name: (typeof PEOPLE)[number][0]): Person => {
  const found = people.find((person) => person.name === name);
  if (found === undefined) throw new RangeError(name);
  return found;
};
export const asha = named('Asha Rao');
export const ben = named('Ben Cole');
export const chi = named('Chi Lin');
export const dev = named('Dev Kumar');

/** One campaign each, to which posts of content_posts belong. */
export const campaigns: readonly Row[] = people.map((person) => ({
  id: campaignOf(person),
  user_id: person.id,
  campaign_name: 'Week of 2026-11-16',
  week_start_date: '2026-11-16',
  week_end_date: '2026-11-22',
  status: 'completed',
}));

export function campaignOf({ number }: Person): string {
  return seedId(3, number);
}

/** An id that looks like one of the sandbox's: table 1 people, 2 connections, 3 campaigns, 4 and 5 posts, 6 and 7 seeded posts. */
export function seedId(table: number, number: number): string {
  return `5eed000${table}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
