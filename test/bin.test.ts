import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useProjectCopy } from './support/project-copy.ts';
import { runProcess } from './support/run-process.ts';

const FUTURE = new Date(Date.now() + 60_000);
const PAST = new Date(0);

describe('bin/content-publisher', () => {
  const copy = useProjectCopy();
  const start = (args: readonly string[], path = 'bin/content-publisher') =>
    runProcess(join(copy(), path), args, {
      cwd: '/',
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
    });

  /** A bundle whose program is this text. */
  async function bundle(text: string, built = FUTURE): Promise<void> {
    const file = join(copy(), 'dist/main.js');
    await mkdir(join(copy(), 'dist'), { recursive: true });
    await writeFile(file, text);
    await utimes(file, built, built);
  }

  beforeEach(async () => {
    await bundle('export const main = async () => { console.log("the bundle"); return 3; };');
  });

  it('runs the bundle and ends with the exit code of the program', async () => {
    expect(await start([])).toMatchObject({ code: 3, stdout: 'the bundle\n', stderr: '' });
  });

  it('runs the sources when they are newer than the bundle', async () => {
    await bundle('export const main = async () => 3;', PAST);
    const { code, stdout } = await start(['--version']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('works through a chain of symlinks, as npm link makes them', async () => {
    await symlink(join(copy(), 'bin/content-publisher'), join(copy(), 'first link'));
    await symlink('first link', join(copy(), 'second link'));
    expect(await start([], 'second link')).toMatchObject({ code: 3, stdout: 'the bundle\n' });
  });

  it('ends soon after the program although a connection stays open', async () => {
    await bundle('export const main = async () => { setInterval(() => {}, 1000); return 75; };');
    const { code, ms } = await start([]);
    expect(code).toBe(75);
    expect(ms).toBeLessThan(10_000);
  });

  it('calls it a fault of ours when the program ends without an answer', async () => {
    await bundle('export const main = () => new Promise(() => {});');
    expect(await start([])).toMatchObject({
      code: 70,
      stderr: expect.stringMatching(/a fault of ours.*nothing left/),
    });
  });

  it('hands on --env-file, which Node 20 would take for itself', async () => {
    await bundle('export const main = async (argv) => { console.log(...argv); return 0; };');
    const { stdout } = await start(['--env-file', '/nowhere/.env', 'run']);
    expect(stdout).toBe('--env-file /nowhere/.env run\n');
  });

  it('says which arguments it does not know, with 64', async () => {
    await bundle('', PAST);
    expect(await start(['publish'])).toMatchObject({ code: 64, stdout: '' });
  });
});
