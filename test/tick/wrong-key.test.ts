import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installedLongAgo, letTimePass, minutesAgo, snapshot } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';

/** A Fernet key, but not the one that the tokens were stored with. */
const OTHER_KEY = 'YW5vdGhlciB0ZXN0IGtleSBvZiAzMiBieXRlcyBsZW4=';

const publisher = usePublisher();

beforeAll(() => installedLongAgo(publisher()));
beforeEach(async () => {
  await publisher().supabase
    .sql`truncate public.created_content, public.platform_connections, public.publish_queue,
    public.publish_targets cascade`;
});

async function twoAccounts() {
  const person = await addPerson(publisher());
  await connect(publisher(), person, 'facebook');
  await connect(publisher(), person, 'linkedin');
  await schedule(publisher(), person);
  await schedule(publisher(), person, { platform: 'linkedin' });
  return person;
}
const withOther = { env: { ENCRYPTION_KEY: OTHER_KEY } };

describe('an ENCRYPTION_KEY that is not the one of the app', () => {
  it('stops the tick before anything is claimed: no row changes, no platform is asked', async () => {
    const { run, supabase, wire } = publisher();
    await twoAccounts();
    await run({ ...withOther, userId: (await addPerson(publisher())).id });
    const rows = () => snapshot(supabase, ['created_content', 'platform_connections']);
    const before = await rows();
    const failure = await run(withOther).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'StoreError', kind: 'config' });
    expect(String(failure)).toContain('ENCRYPTION_KEY');
    expect(await rows()).toEqual(before);
    expect(wire()).toEqual([]);
    const claimed = await supabase.sql`select 1 from public.publish_queue where fence > 0`;
    expect(claimed).toHaveLength(0);

    expect(
      (
        await run({
          env: { ...withOther.env, ENCRYPTION_KEY_PREVIOUS: publisher().env['ENCRYPTION_KEY'] ?? '' },
        })
      ).summary.published,
    ).toBe(2);
  });

  it('for longer than MAX_LATENESS makes no post one that missed its time', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    await connect(publisher(), person, 'linkedin');
    await schedule(publisher(), person, { scheduled_at: minutesAgo(49 * 60) });
    await expect(run(withOther)).rejects.toMatchObject({ kind: 'config' });
    await letTimePass(publisher(), 48 * 3_600);
    expect((await run()).summary).toMatchObject({ published: 1, failed: 0 });
  });

  it('is no matter while nothing is due', async () => {
    const { run } = publisher();
    const person = await twoAccounts();
    expect((await run()).summary.published).toBe(2);
    await letTimePass(publisher(), 60);
    expect((await run({ ...withOther, userId: person.id })).summary).toMatchObject({ claimed: 0 });
  });

  it('is not concluded from a single account, nor where one token of several fits', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person);
    expect((await run(withOther)).summary).toMatchObject({ held: 1 });
    await connect(publisher(), person, 'linkedin');
    await connect(publisher(), person, 'instagram');
    await supabase.sql`update public.platform_connections set access_token_encrypted = ${encrypt('EAAB')} || 'damaged'
      where platform <> 'linkedin'`;
    await schedule(publisher(), person, { platform: 'linkedin' });
    expect((await run()).summary).toMatchObject({ published: 1 });
  });
});
