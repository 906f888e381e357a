import { describe, expect, it } from 'vitest';
import { foldPlatform, PLATFORM_NAMES, skipReason } from './platform-name.ts';
import { parseSourceRow, type SourceRow, type SourceTable } from './source-row.ts';

function row(source: SourceTable, columns: object): SourceRow {
  const parsed = parseSourceRow(source, { id: 'a0000000-0000-4000-8000-000000000001', ...columns });
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.row;
}

describe('foldPlatform', () => {
  it.each<[string, string]>([
    ...PLATFORM_NAMES.map((name): [string, string] => [name, name]),
    ['Instagram', 'instagram'],
    [' LinkedIn\n', 'linkedin'],
    ['Youtube', 'youtube'],
    ['YouTube', 'youtube'],
    ['Twitter', 'x'],
    ['X', 'x'],
  ])('folds %j to %s', (raw, platform) => {
    expect(foldPlatform(raw)).toEqual({ platform });
  });

  it.each(['wordpress', 'WordPress', 'Blog', 'email', 'message', 'WhatsApp', 'ads', 'social_media'])(
    'skips %s',
    (raw) => {
      expect(foldPlatform(raw)).toEqual({ skip: expect.any(String) });
    },
  );

  it.each([null, '', '  '])('says that %j names no platform', (raw) => {
    expect(foldPlatform(raw)).toMatchObject({ problem: { kind: 'unusable', code: 'PLATFORM_MISSING' } });
  });

  it.each(['General', 'google', 'Twitter/X', 'constructor', '__proto__', 'face book'])(
    'names the unknown value %s',
    (raw) => {
      expect(foldPlatform(raw)).toMatchObject({
        problem: { kind: 'unusable', code: 'PLATFORM_UNKNOWN', message: expect.stringContaining(`“${raw}”`) },
      });
    },
  );

  it('quotes only the beginning of a very long value, in whole characters', () => {
    const found = foldPlatform(`x${'🥖'.repeat(500_000)}`);
    const message = 'problem' in found ? found.problem.message : '';
    expect(message.length).toBeLessThan(250);
    expect(() => encodeURIComponent(message)).not.toThrow();
  });
});

describe('skipReason', () => {
  const ours = {
    platform: 'facebook',
    content_type: 'static_post',
    post_type: 'text',
    channel: 'Social Media',
  };

  it.each([
    ['created_content', {}],
    ['created_content', { channel: null }],
    ['created_content', { platform: null }],
    ['created_content', { platform: 'General' }],
    ['content_posts', {}],
    ['content_posts', { metadata: { is_temp: false } }],
  ] as const)('leaves a row of %s with %j to be published or refused', (source, columns) => {
    expect(skipReason(row(source, { ...ours, ...columns }))).toBeNull();
  });

  it.each([
    ['created_content', { channel: 'Blog' }, 'channel blog'],
    ['created_content', { channel: 'Email', platform: null }, 'channel email'],
    ['created_content', { channel: 'Messages' }, 'channel messages'],
    ['created_content', { content_type: 'Email' }, 'content type email'],
    ['created_content', { content_type: 'whatsapp', platform: null }, 'content type whatsapp'],
    ['created_content', { content_type: 'ads' }, 'content type ads'],
    ['created_content', { platform: 'WordPress' }, 'platform wordpress'],
    ['content_posts', { post_type: 'blog' }, 'content type blog'],
    ['content_posts', { metadata: { is_temp: true } }, 'temporary'],
    ['content_posts', { metadata: { is_temp: 'true' } }, 'temporary'],
    ['content_posts', { platform: 'social_media' }, 'temporary'],
  ] as const)('names why a row of %s with %j is left alone', (source, columns, reason) => {
    expect(skipReason(row(source, { ...ours, ...columns }))).toContain(reason);
  });
});
