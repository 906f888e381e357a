import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askSecrets } from './ask-secrets.ts';
import { createInput } from './input.ts';

const nothing = () => undefined;
const given = async (text: string, labels: readonly string[] = ['X_CLIENT_SECRET']) => {
  const asks = createInput(Readable.from([Buffer.from(text)]), new PassThrough());
  const secrets = await askSecrets({ out: nothing, err: nothing, terminal: false, env: {}, asks }, labels);
  return secrets.map((one) => one.reveal());
};

describe('secrets that are asked for', () => {
  it('come one a line', async () => {
    expect(await given('one\ntwo\n', ['X_CLIENT_ID', 'X_CLIENT_SECRET'])).toEqual(['one', 'two']);
    expect(await given(' one \r\n')).toEqual(['one']);
    expect(await given('without-an-end')).toEqual(['without-an-end']);
  });

  it.each([
    ['nothing', '', /^Nothing was given for X_CLIENT_SECRET, so nothing was stored\.$/],
    ['an empty line', '\n', /^X_CLIENT_SECRET is empty\.$/],
    ['a blank inside', 'one two\n', /holds blanks/],
    ['ciphertext', 'gAAAAABhello\n', /is ciphertext already/],
    ['more than any secret', `${'x'.repeat(9_000)}\n`, /is too long/],
  ])('are refused where there is %s, and not repeated', async (_what, text, message) => {
    const failure = await given(text).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'CommandError',
      exitCode: 64,
      message: expect.stringMatching(message),
    });
    expect(JSON.stringify(failure)).not.toMatch(/one two|hello|xxxx/);
  });
});
