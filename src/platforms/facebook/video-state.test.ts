import { describe, expect, it } from 'vitest';
import { video } from './answers.ts';
import { uploadedBytes, videoState } from './video-state.ts';

const phase = (status: string, more: object = {}) => ({ status, ...more });
const UPLOADED = {
  uploading_phase: phase('complete', { bytes_transfered: 9 }),
  processing_phase: phase('not_started'),
};

describe('videoState', () => {
  it.each([
    [
      'uploading',
      { status: { video_status: 'uploading', uploading_phase: phase('in_progress') } },
      'unpublished',
    ],
    [
      'uploaded (Meta’s own example says processing)',
      { status: { video_status: 'processing', ...UPLOADED, publishing_phase: phase('not_started') } },
      'unpublished',
    ],
    [
      'being published',
      { status: { video_status: 'processing', publishing_phase: phase('in_progress') } },
      'publishing',
    ],
    [
      'marked published while processed',
      { published: true, status: { video_status: 'processing' } },
      'publishing',
    ],
    ['published', { published: true, status: { video_status: 'ready' } }, 'published'],
    [
      'published by its phase',
      {
        status: {
          video_status: 'READY',
          publishing_phase: phase('complete', { publish_status: 'PUBLISHED' }),
        },
      },
      'published',
    ],
    [
      'a draft',
      {
        published: false,
        status: {
          video_status: 'ready',
          publishing_phase: phase('not_started', { publish_status: 'draft' }),
        },
      },
      'unpublished',
    ],
    ['expired', { status: { video_status: 'expired' } }, 'expired'],
    ['failed', { status: { video_status: 'error' } }, 'failed'],
    [
      'failed while processed',
      { status: { video_status: 'processing', processing_phase: phase('error') } },
      'failed',
    ],
    ['failed to upload', { status: { video_status: 'upload_failed' } }, 'failed'],
    [
      'a word we do not know',
      { status: { video_status: 'pondering', publishing_phase: phase('soon') } },
      'unpublished',
    ],
    ['status as text, and not published', { status: 'ready', published: false }, 'unpublished'],
  ])('%s', (_name, answer, state) => {
    expect(videoState(video.parse(answer)).state).toBe(state);
  });

  it.each([{}, { status: 'ready' }, { post_id: '1', published: 'no' }])(
    'takes %j for no answer at all',
    (answer) => {
      expect(video.safeParse(answer).success).toBe(false);
    },
  );

  it.each([
    [{ error: { message: 'Bad codec' } }, 'Bad codec'],
    [{ errors: [{ code: 1, message: '' }, { message: 'Too dark' }] }, 'Too dark'],
    [{}, 'it gives no reason'],
  ])('gives the reason in %j', (more, reason) => {
    const parsed = video.parse({ status: { processing_phase: phase('error', more) } });
    expect(videoState(parsed)).toEqual({ state: 'failed', reason });
  });
});

describe('uploadedBytes', () => {
  it.each([
    [{}, 0],
    [{ uploading_phase: phase('in_progress', { bytes_transfered: 50_002 }) }, 50_002],
    [{ uploading_phase: phase('in_progress', { bytes_transfered: '50002' }) }, 50_002],
    [{ uploading_phase: phase('complete', { bytes_transfered: 7 }) }, 'all'],
    [{ video_status: 'upload_complete' }, 'all'],
    [{ video_status: 'ready' }, 'all'],
  ])('reads %j as %s', (status, bytes) => {
    expect(uploadedBytes(video.parse({ status }))).toBe(bytes);
  });
});
