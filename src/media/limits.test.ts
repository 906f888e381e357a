import { describe, expect, it } from 'vitest';
import type { MediaInfo } from '../core/media.ts';
import type { MediaRule } from '../core/platform.ts';
import { countProblems, mediaProblems, noRuleProblem } from './limits.ts';

const MB = 1_048_576;

const image: MediaRule = {
  role: 'image',
  min: 2,
  max: 10,
  mimes: ['image/jpeg', 'image/png'],
  maxBytes: 8 * MB,
  minBytes: 1_000,
  minWidth: 320,
  maxWidth: 1_440,
  minHeight: 200,
  minRatio: 0.8,
  maxRatio: 1.91,
  maxPixels: 2_000_000,
};

const video: MediaRule = {
  role: 'video',
  min: 1,
  max: 1,
  mimes: ['video/mp4', 'video/quicktime'],
  maxBytes: 300_000_000,
  minDurationMs: 3_000,
  maxDurationMs: 900_000,
  minFrameRate: 24,
  maxFrameRate: 60,
};

const picture: MediaInfo = { bytes: 500_000, mime: 'image/jpeg', width: 1_080, height: 1_080 };
const film: MediaInfo = {
  bytes: 5_000_000,
  mime: 'video/mp4',
  width: 1_080,
  height: 1_920,
  durationMs: 30_000,
  frameRate: 30,
};

describe('an image within its limits', () => {
  it.each([
    {},
    { bytes: 8 * MB },
    { bytes: 1_000 },
    { width: 1_080, height: 1_350 },
    { width: 1_200, height: 628 },
    { width: 320, height: 320 },
    { width: 1_440, height: 1_388 },
    { mime: 'image/png' },
  ])('%o has no problem', (change) => {
    expect(mediaProblems(image, { ...picture, ...change }, 'Image 2', 'Instagram')).toEqual([]);
  });
});

describe('an image beyond a limit', () => {
  it.each([
    ['MEDIA_TOO_LARGE', { bytes: 13_002_343 }, 'Image 2 is 12.4 MB; Instagram takes at most 8 MB.'],
    ['MEDIA_TOO_LARGE', { bytes: 8 * MB + 1 }, 'Image 2 is 8,388,609 bytes; Instagram takes at most 8 MB.'],
    ['MEDIA_TOO_SMALL', { bytes: 999 }, 'Image 2 is 999 bytes; Instagram takes at least 1 KB.'],
    [
      'MEDIA_TYPE',
      { mime: 'image/gif' },
      'Image 2 is of the type GIF image; Instagram takes JPEG image, PNG image here.',
    ],
    [
      'MEDIA_TOO_NARROW',
      { width: 319, height: 319 },
      'Image 2 has 319×319 pixels; Instagram takes at least 320 pixels in width.',
    ],
    [
      'MEDIA_TOO_WIDE',
      { width: 1_441, height: 1_000 },
      'Image 2 has 1441×1000 pixels; Instagram takes at most 1440 pixels in width.',
    ],
    [
      'MEDIA_TOO_LOW',
      { width: 320, height: 199 },
      'Image 2 has 320×199 pixels; Instagram takes at least 200 pixels in height.',
    ],
    [
      'MEDIA_TOO_MANY_PIXELS',
      { width: 1_440, height: 1_400 },
      'Image 2 has 1440×1400 pixels; Instagram takes at most 2 million pixels.',
    ],
    [
      'MEDIA_RATIO',
      { width: 1_080, height: 1_920 },
      'Image 2 is 1080×1920 pixels, a ratio of 0.56:1; Instagram takes 0.8:1 to 1.91:1.',
    ],
    [
      'MEDIA_RATIO',
      { width: 1_400, height: 700 },
      'Image 2 is 1400×700 pixels, a ratio of 2:1; Instagram takes 0.8:1 to 1.91:1.',
    ],
  ])('is %s with %o', (code, change, message) => {
    const problems = mediaProblems(image, { ...picture, ...change }, 'Image 2', 'Instagram');
    expect(problems).toContainEqual({
      kind: 'rejected',
      code,
      message,
      hint: expect.stringMatching(/schedule the post again\.$/),
    });
  });

  it('has every problem at once', () => {
    const info = { ...picture, bytes: 9 * MB, width: 300, height: 600 };
    const codes = mediaProblems(image, info, 'The image', 'Instagram').map(({ code }) => code);
    expect(codes).toEqual(['MEDIA_TOO_LARGE', 'MEDIA_TOO_NARROW', 'MEDIA_RATIO']);
  });
});

describe('a video', () => {
  it.each([
    {},
    { durationMs: 3_000 },
    { durationMs: 2_950 },
    { durationMs: 900_040 },
    { frameRate: 23.98 },
    { frameRate: 59.94 },
    { frameRate: 60 },
    { mime: 'video/quicktime' },
  ])('within its limits has no problem: %o', (change) => {
    expect(mediaProblems(video, { ...film, ...change }, 'The video', 'Instagram')).toEqual([]);
  });

  it.each([
    ['MEDIA_TOO_SHORT', { durationMs: 2_067 }, 'The video lasts 2.07 s; Instagram takes at least 3 s.'],
    [
      'MEDIA_TOO_LONG',
      { durationMs: 920_000 },
      'The video lasts 15 min 20 s; Instagram takes at most 15 min.',
    ],
    ['MEDIA_FRAME_RATE', { frameRate: 15 }, 'The video has 15 frames a second; Instagram takes at least 24.'],
    [
      'MEDIA_FRAME_RATE',
      { frameRate: 120 },
      'The video has 120 frames a second; Instagram takes at most 60.',
    ],
    ['MEDIA_TOO_LARGE', { bytes: 412_300_000 }, 'The video is 412.3 MB; Instagram takes at most 300 MB.'],
    [
      'MEDIA_TYPE',
      { mime: 'video/webm' },
      'The video is of the type WEBM video; Instagram takes MP4 video, MOV video here.',
    ],
  ])('is %s with %o', (code, change, message) => {
    const problems = mediaProblems(video, { ...film, ...change }, 'The video', 'Instagram');
    expect(problems).toMatchObject([{ code, message }]);
  });

  it('is not judged by what its bytes do not say', () => {
    expect(mediaProblems(video, { bytes: 5_000_000, mime: 'video/mp4' }, 'The video', 'Instagram')).toEqual(
      [],
    );
  });
});

describe('the number of files', () => {
  it.each([
    [['image'], 'The post has 1 image; Instagram takes at least 2.'],
    [Array(11).fill('image'), 'The post has 11 images; Instagram takes at most 10.'],
  ])('is refused: %s', (roles, message) => {
    expect(countProblems([image], roles, 'Instagram')).toMatchObject([{ kind: 'rejected', message }]);
  });

  it.each([2, 10])('of %i is right', (count) => {
    expect(countProblems([image], Array(count).fill('image'), 'Instagram')).toEqual([]);
  });

  it('is counted for each role alone', () => {
    expect(countProblems([image, video], ['image', 'image', 'video', 'video'], 'Instagram')).toMatchObject([
      { code: 'MEDIA_TOO_MANY', message: 'The post has 2 videos; Instagram takes at most 1.' },
    ]);
  });
});

it('a file without a rule is named with its type', () => {
  expect(noRuleProblem({ bytes: 1, mime: 'application/pdf' }, 'File 1', 'Instagram').message).toBe(
    'File 1 is of the type PDF, which Instagram does not take in this kind of post.',
  );
});
