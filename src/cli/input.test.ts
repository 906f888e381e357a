import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createInput } from './input.ts';

class FakeTerminal extends PassThrough {
  isTTY = true;
  isRaw = false;
  fd = 0 as const;
  rawModes: boolean[] = [];
  setRawMode(mode: boolean): this {
    this.rawModes.push(mode);
    return this;
  }
}

function terminal() {
  const stdin = new FakeTerminal();
  const asked = new PassThrough();
  let shown = '';
  asked.on('data', (bytes) => {
    shown += String(bytes);
  });
  return { stdin, input: createInput(stdin, asked), shown: () => shown };
}

describe('lines from a pipe', () => {
  const piped = () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: false, isRaw: false, fd: 0 as const });
    const asked = new PassThrough();
    return { stdin, asked, input: createInput(stdin, asked) };
  };

  it('come one by one, however they were written, and questions are asked of nobody', async () => {
    const { stdin, asked, input } = piped();
    stdin.write('handle.example\r\npass');
    stdin.end('word\nlast');
    expect(await input.line('Handle: ')).toBe('handle.example');
    expect(await input.line('Password: ', { hidden: true })).toBe('password');
    expect(await input.line('More: ')).toBe('last');
    expect(await input.line('More: ')).toBeNull();
    expect(asked.read()).toBeNull();
  });

  it('are waited for', async () => {
    const { stdin, input } = piped();
    const line = input.line('Token: ');
    setImmediate(() => stdin.write('later\n'));
    expect(await line).toBe('later');
  });

  it('are not waited for any more when something else came first', async () => {
    const { stdin, input } = piped();
    const over = new AbortController();
    const line = input.line('Address: ', { signal: over.signal });
    setImmediate(() => over.abort());
    expect(await line).toBeNull();
    stdin.write('the next\n');
    expect(await input.line('Which: ')).toBe('the next');
  });
});

describe('a person at a terminal', () => {
  it('types a secret that is not shown, and can correct it', async () => {
    const { stdin, input, shown } = terminal();
    const line = input.line('Password: ', { hidden: true });
    stdin.write('hunx');
    setImmediate(() => stdin.write('\u007fter2\r'));
    expect(await line).toBe('hunter2');
    expect(shown()).toBe('Password: \n');
    expect(stdin.rawModes).toEqual([true, false]);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('gives up with %s, and the terminal is as it was', async (_key, character) => {
    const { stdin, input } = terminal();
    const line = input.line('Password: ', { hidden: true });
    stdin.write(`abc${character}`);
    expect(await line).toBeNull();
    expect(stdin.rawModes.at(-1)).toBe(false);
  });

  it('is asked with what is shown where it is no secret', async () => {
    const { stdin, input, shown } = terminal();
    const line = input.line('Handle: ');
    setImmediate(() => stdin.write('rao.example\r'));
    expect(await line).toBe('rao.example');
    expect(shown()).toContain('Handle: ');
  });

  it('need not type what is not wanted any more', async () => {
    const { input } = terminal();
    const over = new AbortController();
    const line = input.line('Address: ', { signal: over.signal });
    setImmediate(() => over.abort());
    expect(await line).toBeNull();
  });
});
