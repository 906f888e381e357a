import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import postgres from 'postgres';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serviceClient } from '../../../test/support/clients.ts';
import { close, listen } from './loopback.ts';
import { type Supabase, startSupabase } from './start-supabase.ts';

/** Where the server runs: its process, and the directory of its data. */
async function serverOf(project: Supabase): Promise<{ pid: number; data: string }> {
  const admin = postgres(project.adminUrl, { max: 1 });
  const [row] = await admin<{ data: string; pid: string }[]>`
    select current_setting('data_directory') as data, split_part(pg_read_file('postmaster.pid'), chr(10), 1) as pid`;
  await admin.end();
  return { pid: Number(row?.pid), data: row?.data ?? '' };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('startSupabase', () => {
  it.each([15, 18] as const)(
    'starts PostgreSQL %i behind the API, and stop leaves neither process nor file',
    async (version) => {
      const project = await startSupabase({ version });
      const { pid, data } = await serverOf(project);
      try {
        const [row] = await project.sql`select current_setting('server_version_num')::int / 10000 as major`;
        expect(row?.['major']).toBe(version);
        await project.sql
          .unsafe(`
          create table public.notes (id int primary key, text text);
          insert into storage.buckets (id, name, public) values ('b', 'b', true);
        `)
          .simple();
        await project.reloadSchema();
        const client = serviceClient(project);
        await client.from('notes').insert({ id: 1, text: 'kept' });
        expect((await client.from('notes').select('text')).data).toEqual([{ text: 'kept' }]);
        expect((await client.storage.from('b').upload('x', Buffer.from('x'))).error).toBeNull();
        expect(isAlive(pid)).toBe(true);
        expect(existsSync(data)).toBe(true);
      } finally {
        await project.stop();
        await project.stop();
      }
      expect(isAlive(pid)).toBe(false);
      expect(existsSync(data)).toBe(false);
      await expect(fetch(project.url)).rejects.toThrow();
    },
  );

  it('listens on the port it is given, and says so when that is taken, leaving nothing behind', async () => {
    const occupant = createServer();
    const port = await listen(occupant, 0);
    onTestFinished(() => close(occupant));
    await expect(startSupabase({ port })).rejects.toThrow('EADDRINUSE');
    await close(occupant);
    const project = await startSupabase({ port });
    expect(project.url).toBe(`http://127.0.0.1:${port}`);
    await project.stop();
  });
});
