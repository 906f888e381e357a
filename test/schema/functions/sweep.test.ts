import { describe, expect, it } from 'vitest';
import { useWorld } from './world.ts';

const world = useWorld();

describe('sweep', () => {
  it('finds what no trigger noted: unknown rows, changed schedules, posts scheduled again', async () => {
    const { addUser, addPost, addAccount, plan, edit, store, sql, take, changes } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const [moved, again, fine] = [
      await addPost(user, { dueMinutes: 5 }),
      await addPost(user),
      await addPost(user, { dueMinutes: 5 }),
    ];
    await plan();
    await (await take(again)).publish(account, 'first');
    await plan();
    await sql`alter table public.created_content disable trigger publisher_note_change`;
    const unknown = await addPost(user, { dueMinutes: 5 });
    await edit(moved, { scheduled_at: '2027-01-01T00:00:00Z' });
    await edit(again, { status: 'scheduled' });
    await sql`alter table public.created_content enable trigger publisher_note_change`;
    const swept = await store.sweep(1_000);
    expect([...swept.missed].sort()).toEqual([unknown.id, moved.id, again.id].sort());
    expect(swept.missed).not.toContain(fine.id);
    expect((await changes()).map(({ ref }) => ref).sort()).toEqual([...swept.missed].sort());
    await store.sweep(1_000);
    expect((await store.sweep(1_000)).missed).toEqual([]);
  });

  it('walks both tables by key, a page a call, and begins again at the end', async () => {
    const { addUser, addPost, addCampaignPost, store } = world();
    const user = await addUser();
    for (let n = 0; n < 3; n += 1) await addPost(user);
    await addCampaignPost(user);
    const seen: number[] = [];
    for (let n = 0; n < 5; n += 1) seen.push((await store.sweep(2)).seen);
    expect(seen).toEqual([2, 1, 1, 2, 1]);
  });

  it('finds nothing to tell when everything is planned', async () => {
    const { addUser, addPost, plan, store } = world();
    await addPost(await addUser());
    await plan();
    expect(await store.sweep(1_000)).toMatchObject({ seen: 1, missed: [] });
  });
});
