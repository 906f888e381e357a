import { beforeAll, describe, expect, it } from 'vitest';
import { type Store, StoreError } from '../../src/core/store.ts';
import type { Publishing } from '../../src/tick/deps.ts';
import { installedLongAgo, publicPosts } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const gone = async (): Promise<never> => {
  throw new StoreError('unreachable', 'The database did not answer.', '');
};

/** LinkedIn takes a while to answer; the outcomes that were handed over. */
function slowly() {
  const outcomes: string[] = [];
  const platforms = (own: Publishing['platforms']): Publishing['platforms'] => {
    const { linkedin } = own;
    if (linkedin === undefined) throw new Error('no LinkedIn');
    const publish: typeof linkedin.publish = async (job, arm) => {
      const sent = await linkedin.publish(job, arm);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return sent;
    };
    return { ...own, linkedin: { ...linkedin, publish } };
  };
  const noting = (store: Store): Store => ({
    ...store,
    outcome: (outcome, identity) => {
      outcomes.push(outcome.outcome);
      return store.outcome(outcome, identity);
    },
  });
  return { outcomes, platforms, noting };
}

describe('when the database is gone in the middle of a tick, a send that is under way comes to its end', () => {
  it('though another target of the same post could not be armed', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const member = await connect(publisher(), person, 'linkedin');
    const post = await schedule(publisher(), person);
    for (const { platform, id } of [page, member]) {
      const row = { source: post.table, post_id: post.id, platform, account_id: id };
      await supabase.sql`insert into public.publish_targets ${supabase.sql(row)}`;
    }
    const { outcomes, platforms, noting } = slowly();
    let armed = () => {};
    const isArmed = new Promise<void>((resolve) => {
      armed = resolve;
    });
    const store = (own: Store): Store => ({
      ...noting(own),
      arm: async (request) => {
        if (request.platform === 'facebook') return isArmed.then(gone);
        const answer = await own.arm(request);
        armed();
        return answer;
      },
    });
    await expect(run({ userId: person.id, platforms, store })).rejects.toMatchObject({ kind: 'unreachable' });
    expect(publicPosts(publisher(), member.id)).toHaveLength(1);
    expect(outcomes).toEqual(['published']);
  });

  it('though no more posts could be claimed', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const member = await connect(publisher(), person, 'linkedin');
    await schedule(publisher(), person, { platform: 'linkedin' });
    const { outcomes, platforms, noting } = slowly();
    let claims = 0;
    const store = (own: Store): Store => ({
      ...noting(own),
      claim: (options) => {
        claims += 1;
        return claims === 1 ? own.claim(options) : gone();
      },
    });
    await expect(run({ userId: person.id, platforms, store })).rejects.toMatchObject({ kind: 'unreachable' });
    expect(publicPosts(publisher(), member.id)).toHaveLength(1);
    expect(outcomes).toEqual(['published']);
  });
});
