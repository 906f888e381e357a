import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpool, type Delivery, SPOOL_FILE } from './spool.ts';

const PROJECT = 'https://a.supabase.test';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spool-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const outcome = (p: Record<string, unknown>) => ({ call: 'publisher_outcome', p }) as const;

async function delivered(
  answer: Delivery = 'delivered',
  project = PROJECT,
): Promise<Record<string, unknown>[]> {
  const handed: Record<string, unknown>[] = [];
  await createSpool(dir, project).deliver(async ({ call, p }) => {
    expect(call).toBe('publisher_outcome');
    handed.push(p);
    return answer;
  });
  return handed;
}

describe('the outcome spool', () => {
  it('hands over what was kept, in order and once', async () => {
    const spool = createSpool(dir, PROJECT);
    spool.keep(outcome({ arm_id: 'a', outcome: 'published' }));
    spool.keep(outcome({ arm_id: 'b', outcome: 'refused' }));
    expect(await delivered()).toEqual([
      { arm_id: 'a', outcome: 'published' },
      { arm_id: 'b', outcome: 'refused' },
    ]);
    expect(await delivered()).toEqual([]);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('that was never needed leaves no trace, not even the folder', async () => {
    const missing = join(dir, 'logs');
    await createSpool(missing, PROJECT).deliver(async () => 'delivered');
    expect(existsSync(missing)).toBe(false);
  });

  it('makes the folder and is readable by owner and group only', () => {
    const folder = join(dir, 'new', 'logs');
    createSpool(folder, PROJECT).keep(outcome({ arm_id: 'a' }));
    expect(statSync(join(folder, SPOOL_FILE)).mode & 0o777).toBe(0o640);
  });

  it('keeps everything while the database does not answer, and hands it over later', async () => {
    const spool = createSpool(dir, PROJECT);
    spool.keep(outcome({ arm_id: 'a' }));
    spool.keep(outcome({ arm_id: 'b' }));
    const answers = ['delivered'];
    await expect(
      spool.deliver(async () => {
        if (answers.shift() === undefined) throw new Error('no answer');
        return 'delivered';
      }),
    ).rejects.toThrow('no answer');
    // The first one again: it may be stored twice, but not never.
    expect(await delivered()).toEqual([{ arm_id: 'a' }, { arm_id: 'b' }]);
  });

  it('leaves the outcomes of another database and of other users where they are', async () => {
    createSpool(dir, PROJECT).keep(outcome({ arm_id: 'a' }));
    expect(await delivered('delivered', 'http://127.0.0.1:54321')).toEqual([]);
    expect(await delivered('later')).toEqual([{ arm_id: 'a' }]);
    expect(await delivered()).toEqual([{ arm_id: 'a' }]);
  });

  it('sets aside what can never be stored, and lines that were cut off', async () => {
    createSpool(dir, PROJECT).keep(outcome({ arm_id: 'a' }));
    appendFileSync(join(dir, SPOOL_FILE), '{"project":"https://a.sup\n');
    createSpool(dir, PROJECT).keep(outcome({ arm_id: 'b' }));
    expect(await delivered('refused')).toEqual([{ arm_id: 'a' }, { arm_id: 'b' }]);
    expect(readdirSync(dir).sort()).toEqual([`${SPOOL_FILE}.refused`, `${SPOOL_FILE}.unreadable`]);
    expect(readFileSync(join(dir, `${SPOOL_FILE}.unreadable`), 'utf8')).toBe('{"project":"https://a.sup\n');
    expect(await delivered()).toEqual([]);
  });

  it('loses nothing while processes write to it and others deliver it', async () => {
    const url = new URL('spool.ts', import.meta.url).href;
    const program = (body: string) => `
      const { createSpool } = await import(${JSON.stringify(url)});
      const spool = createSpool(${JSON.stringify(dir)}, ${JSON.stringify(PROJECT)});
      ${body}`;
    const run = (body: string) =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program(body)], {
        timeout: 50_000,
      });
    const write = (id: number) => `for (let i = 0; i < 200; i += 1) {
        spool.keep({ call: 'publisher_outcome', p: { arm_id: '${id}:' + i } });
        if (i % 5 === 0) await new Promise(setImmediate);
      }`;
    const read = `const seen = [];
      for (let quiet = 0; quiet < 400; quiet += 1) {
        await spool.deliver(async ({ p }) => { quiet = 0; seen.push(p.arm_id); return 'delivered'; });
        await new Promise((done) => setTimeout(done, 1));
      }
      console.log(JSON.stringify(seen));`;
    const [first, second] = await Promise.all([run(read), run(read), run(write(1)), run(write(2))]);
    const seen: unknown[] = [first, second].flatMap(({ stdout }) => JSON.parse(stdout));
    seen.push(...(await delivered()).map((p) => p['arm_id']));
    expect(new Set(seen).size).toBe(400);
  });
});
