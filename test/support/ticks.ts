import { type Store, StoreError } from '../../src/core/store.ts';
import { letTimePass, publicPosts } from './app-rows.ts';
import type { Person } from './people.ts';
import type { Publisher, RunOutput } from './publisher.ts';

/**
 * A tick that is dead from this moment on: after it wrote down "about to send", or after it sent and before it wrote
 * down what came of it. Its lease stands until it runs out.
 */
export function diesAt(moment: 'armed' | 'sent'): (store: Store) => Store {
  const dead = async (): Promise<never> => {
    throw new StoreError('lost', 'The process is dead.', '');
  };
  return (store) => ({
    ...store,
    arm: async (request) => {
      const answer = await store.arm(request);
      return moment === 'armed' && answer.ok ? dead() : answer;
    },
    outcome: dead,
    absentSeen: dead,
  });
}

/** Ticks until nothing of this person waits any more, `seconds` apart by the database's clock, at most twenty. */
export async function ticksUntilSettled(
  publisher: Publisher,
  person: Person,
  seconds: number,
): Promise<readonly RunOutput[]> {
  const outputs: RunOutput[] = [];
  for (;;) {
    await letTimePass(publisher, seconds);
    outputs.push(await publisher.run({ userId: person.id }));
    const waiting = await publisher.supabase.sql`select 1 from public.publish_queue
      where user_id = ${person.id} and state = 'waiting'`;
    if (waiting.length === 0) return outputs;
    if (outputs.length === 20) throw new Error('It never settled.');
  }
}

/** Texts of what is public of one account, oldest first. */
export const publicTexts = (publisher: Publisher, account: string): readonly string[] =>
  publicPosts(publisher, account).map(({ text }) => text);
