import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askSecrets } from './ask-secrets.ts';
import type { Io } from './io.ts';

function io(input: NonNullable<Io['input']>): { readonly io: Io; shown(): string } {
  let shown = '';
  const show = (text: string) => {
    shown += text;
  };
  return { io: { out: show, err: show, terminal: true, env: {}, input }, shown: () => shown };
}

const piped = async (text: string, labels: readonly string[] = ['the secret']) =>
  (await askSecrets(io(Readable.from([Buffer.from(text)])).io, labels)).map((one) => one.reveal());

function terminal() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => {
      raw.push(on);
      return input;
    },
  });
  return { input, raw };
}

describe('secrets through a pipe', () => {
  it('come one a line', async () => {
    expect(await piped('one\ntwo\n', ['the id', 'the secret'])).toEqual(['one', 'two']);
    expect(await piped(' one \r\n')).toEqual(['one']);
    expect(await piped('without-an-end')).toEqual(['without-an-end']);
  });

  it.each([
    ['nothing', '', /must hold 1 line \(the secret\), and held 0/],
    ['two lines instead of one', 'one\ntwo\n', /held 2/],
    ['an empty line', '\n', /^The the secret is empty/],
    ['a blank inside', 'one two\n', /holds blanks/],
    ['ciphertext', 'gAAAAABhello\n', /is ciphertext already/],
    ['more than any secret', `${'x'.repeat(9_000)}\n`, /holds blanks or characters|no such value/],
    ['a flood', 'x'.repeat(70_000), /more than 64 kB/],
  ])('are refused where there is %s, and not repeated', async (_what, text, message) => {
    const failure = await piped(text).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'CommandError',
      exitCode: 64,
      message: expect.stringMatching(message),
    });
    expect(String(failure)).not.toContain('one two');
  });
});

describe('secrets typed at a terminal', () => {
  it('are asked for one after the other and never shown', async () => {
    const { input, raw } = terminal();
    const shown = io(input);
    const asked = askSecrets(shown.io, ['App id', 'App secret']);
    for (const line of ['my-id\r', 'my-secret\r']) {
      input.write(line);
      await new Promise((done) => setImmediate(done));
    }
    expect((await asked).map((one) => one.reveal())).toEqual(['my-id', 'my-secret']);
    expect(shown.shown()).toBe('App id (not shown): \nApp secret (not shown): \n');
    // Raw: the terminal itself echoes nothing either, and is given back.
    expect(raw).toEqual([true, false]);
  });

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('may be refused with %s: nothing is stored', async (_key, typed) => {
    const { input, raw } = terminal();
    const asked = askSecrets(io(input).io, ['App id']);
    input.write(typed);
    await expect(asked).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining('nothing was stored'),
    });
    expect(raw.at(-1)).toBe(false);
  });
});
