import { describe, expect, it } from 'vitest';
import type { ClaimedPost } from '../core/job.ts';
import { type JudgeRules, judgePost } from './judge-post.ts';

const NOW = new Date('2026-11-21T10:00:30Z');
const rules: JudgeRules = { now: NOW, maxLatenessMs: 3_600_000, defaultZone: null };

function claimed(columns: Record<string, unknown> = {}, more: Partial<ClaimedPost> = {}): ClaimedPost {
  return {
    source: 'created_content',
    id: '00000000-0000-4000-8000-000000000001',
    userId: null,
    platform: 'facebook',
    dueAt: new Date('2026-11-21T10:00:00Z'),
    seenDueAt: null,
    firstClaim: true,
    released: false,
    cancelled: false,
    attempts: 0,
    fence: 1,
    revision: 'r',
    row: {
      id: '00000000-0000-4000-8000-000000000001',
      status: 'scheduled',
      platform: 'facebook',
      channel: 'Social Media',
      content_type: 'post',
      content: 'Hello',
      scheduled_at: '2026-11-21T10:00:00Z',
      metadata: {},
      ...columns,
    },
    timezone: 'UTC',
    connections: [],
    autoPostingOff: [],
    targets: [],
    ...more,
  };
}

describe('a claimed post', () => {
  it('that is scheduled and due may be sent', () => {
    expect(judgePost(claimed(), rules)).toMatchObject({ platform: 'facebook' });
  });

  it.each([{ channel: 'Email' }, { metadata: { is_temp: true } }])(
    'that was made into %j since it was planned is left alone',
    (columns) => {
      expect(judgePost(claimed(columns), rules)).toMatchObject({ later: expect.any(Date) });
    },
  );

  it('that lost its time waits to be planned again, and fails of it where planning knew none either', () => {
    const lost = { scheduled_at: null };
    expect(judgePost(claimed(lost), rules)).toMatchObject({ later: expect.any(Date) });
    expect(judgePost(claimed(lost, { dueAt: null }), rules)).toMatchObject({
      problem: { code: 'TIME_MISSING' },
    });
  });
});
