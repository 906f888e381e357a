import type { Problem } from '../core/errors.ts';
import type { MediaInfo } from '../core/media.ts';
import type { MediaRule } from '../core/platform.ts';
import { formatBytes, formatBytesBeside, formatDuration, trim } from './format.ts';
import { typeName } from './type-name.ts';

/** Documented ratios are rounded: 1200×628, the size that 1.91:1 was made for, is 1.9108. */
const RATIO_TOLERANCE = 0.005;

/** Sound is padded to whole AAC frames, so that a film of 60 s is 60.02 s long. */
const DURATION_TOLERANCE_MS = 100;

/** 23.976 and 29.97 count as 24 and 30. */
const FRAME_RATE_TOLERANCE = 0.05;

/**
 * Every documented limit that one file breaks. Pure.
 *
 * @param name how the sentence begins: 'Image 2', 'The video'
 * @param label the platform as people write it
 */
export function mediaProblems(rule: MediaRule, info: MediaInfo, name: string, label: string): Problem[] {
  if (!rule.mimes.includes(info.mime)) {
    const taken = [...new Set(rule.mimes.map(typeName))].join(', ');
    return [
      problem(
        'MEDIA_TYPE',
        `${name} is of the type ${typeName(info.mime)}; ${label} takes ${taken} here.`,
        'Replace the file',
      ),
    ];
  }
  return [
    ...sizeProblems(rule, info, name, label),
    ...shapeProblems(rule, info, name, label),
    ...timeProblems(rule, info, name, label),
  ];
}

function sizeProblems(rule: MediaRule, { bytes }: MediaInfo, name: string, label: string): Problem[] {
  const { minBytes = 0, maxBytes = Number.POSITIVE_INFINITY } = rule;
  const says = (limit: number, word: string) =>
    `${name} is ${formatBytesBeside(bytes, limit)}; ${label} takes at ${word} ${formatBytes(limit)}.`;
  if (bytes > maxBytes) return [problem('MEDIA_TOO_LARGE', says(maxBytes, 'most'), 'Use a smaller file')];
  if (bytes < minBytes) return [problem('MEDIA_TOO_SMALL', says(minBytes, 'least'), 'Use a larger file')];
  return [];
}

function shapeProblems(rule: MediaRule, info: MediaInfo, name: string, label: string): Problem[] {
  const { width, height } = info;
  if (width === undefined || height === undefined) return [];
  const size = `${width}×${height} pixels`;
  const { minWidth = 0, minHeight = 0 } = rule;
  const { maxWidth = Number.POSITIVE_INFINITY, maxPixels = Number.POSITIVE_INFINITY } = rule;
  const { minRatio = 0, maxRatio = Number.POSITIVE_INFINITY } = rule;
  const found: Problem[] = [];
  const add = (code: string, limit: string, action: string) =>
    found.push(problem(code, `${name} has ${size}; ${label} takes ${limit}.`, action));

  if (width < minWidth)
    add('MEDIA_TOO_NARROW', `at least ${minWidth} pixels in width`, 'Use a larger picture');
  if (width > maxWidth) add('MEDIA_TOO_WIDE', `at most ${maxWidth} pixels in width`, 'Scale it down');
  if (height < minHeight)
    add('MEDIA_TOO_LOW', `at least ${minHeight} pixels in height`, 'Use a larger picture');
  if (width * height > maxPixels)
    add('MEDIA_TOO_MANY_PIXELS', `at most ${millions(maxPixels)} pixels`, 'Scale it down');
  const ratio = width / height;
  if (ratio < minRatio - RATIO_TOLERANCE || ratio > maxRatio + RATIO_TOLERANCE) {
    const shape = `${name} is ${size}, a ratio of ${trim(ratio, 2)}:1; ${label} takes ${ratios(rule)}.`;
    found.push(problem('MEDIA_RATIO', shape, 'Crop it'));
  }
  return found;
}

function timeProblems(rule: MediaRule, info: MediaInfo, name: string, label: string): Problem[] {
  const { durationMs, frameRate } = info;
  const { minDurationMs = 0, maxDurationMs = Number.POSITIVE_INFINITY } = rule;
  const { minFrameRate = 0, maxFrameRate = Number.POSITIVE_INFINITY } = rule;
  const found: Problem[] = [];
  const add = (code: string, is: string, limit: string, action: string) =>
    found.push(problem(code, `${name} ${is}; ${label} takes ${limit}.`, action));

  if (durationMs !== undefined) {
    const is = `lasts ${formatDuration(durationMs)}`;
    if (durationMs < minDurationMs - DURATION_TOLERANCE_MS) {
      add('MEDIA_TOO_SHORT', is, `at least ${formatDuration(minDurationMs)}`, 'Use a longer video');
    }
    if (durationMs > maxDurationMs + DURATION_TOLERANCE_MS) {
      add('MEDIA_TOO_LONG', is, `at most ${formatDuration(maxDurationMs)}`, 'Cut the video');
    }
  }
  if (frameRate !== undefined) {
    const is = `has ${trim(frameRate, 2)} frames a second`;
    if (frameRate < minFrameRate - FRAME_RATE_TOLERANCE) {
      add('MEDIA_FRAME_RATE', is, `at least ${minFrameRate}`, 'Export it with 30 frames a second');
    }
    if (frameRate > maxFrameRate + FRAME_RATE_TOLERANCE) {
      add('MEDIA_FRAME_RATE', is, `at most ${maxFrameRate}`, 'Export it with 30 frames a second');
    }
  }
  return found;
}

/** How many files of each role there may be. `roles`: one entry for each file. Pure. */
export function countProblems(
  rules: readonly MediaRule[],
  roles: readonly string[],
  label: string,
): Problem[] {
  return rules.flatMap(({ role, min, max }) => {
    const count = roles.filter((found) => found === role).length;
    const has = `The post has ${count} ${role}${count === 1 ? '' : 's'}; ${label} takes`;
    if (count < min) return [problem('MEDIA_TOO_FEW', `${has} at least ${min}.`, 'Add what is missing')];
    if (count > max) return [problem('MEDIA_TOO_MANY', `${has} at most ${max}.`, 'Remove some')];
    return [];
  });
}

/** A file for which this kind of post has no rule at all. */
export function noRuleProblem(info: MediaInfo, name: string, label: string): Problem {
  return problem(
    'MEDIA_TYPE',
    `${name} is of the type ${typeName(info.mime)}, which ${label} does not take in this kind of post.`,
    'Replace the file or change the type of the post',
  );
}

function problem(code: string, message: string, action: string): Problem {
  return { kind: 'rejected', code, message, hint: `${action} and schedule the post again.` };
}

function ratios({ minRatio, maxRatio }: MediaRule): string {
  if (maxRatio === undefined) return `at least ${trim(minRatio ?? 0, 2)}:1`;
  return minRatio === undefined
    ? `at most ${trim(maxRatio, 2)}:1`
    : `${trim(minRatio, 2)}:1 to ${trim(maxRatio, 2)}:1`;
}

function millions(pixels: number): string {
  return pixels >= 1_000_000 ? `${trim(pixels / 1_000_000, 1)} million` : String(pixels);
}
