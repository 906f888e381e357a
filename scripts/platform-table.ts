import type { Capabilities, FindBy, KindCapabilities, MediaRule } from '../src/core/platform.ts';

/** The README's table of what each platform takes, between these two lines. */
export const TABLE_BEGINS = '<!-- made by scripts/make-platform-table.ts from the capabilities -->';
export const TABLE_ENDS = '<!-- end of what scripts/make-platform-table.ts made -->';

const HEAD = ['platform', 'post', 'text', 'files', 'when the answer to sending it is lost'];

const GUARANTEE: Readonly<Record<FindBy, string>> = {
  'own-key': 'asked for under our own key',
  listing: 'the account is read back',
  repeat: 'the same again names the first',
  person: 'a person looks',
};

/** Kinds of one platform that take the same and are found the same way share a row. */
export function platformTable(all: readonly Capabilities[]): string {
  const rows = all.flatMap((capabilities) => {
    const kinds = new Map<string, string[]>();
    for (const [kind, rules] of Object.entries(capabilities.kinds)) {
      const cells = [textOf(capabilities, rules), filesOf(rules), GUARANTEE[rules.findBy]].join(' | ');
      kinds.set(cells, [...(kinds.get(cells) ?? []), kind]);
    }
    return [...kinds].map(([cells, names]) => [capabilities.label, names.join(', '), cells].join(' | '));
  });
  return [HEAD.join(' | '), HEAD.map(() => '---').join(' | '), ...rows].map((row) => `| ${row} |`).join('\n');
}

function textOf(
  { text: { max, unit, perServer } }: Capabilities,
  { maxText = max }: KindCapabilities,
): string {
  return `${maxText.toLocaleString('en')} ${unit}${perServer ? ', or as the server says' : ''}`;
}

function filesOf({ media }: KindCapabilities): string {
  // Two kinds of file, neither of which must be there, and of each one at most: one of the two.
  const either = media.filter(({ role, min, max }) => role !== 'cover' && min === 0 && max === 1).length > 1;
  const files = media.map((rule) => fileOf(rule)).join(either ? '; or ' : '; ');
  return files === '' ? 'none' : files;
}

const FORMATS: Readonly<Record<string, string>> = {
  'application/msword': 'DOC',
  'application/pdf': 'PDF',
  'application/vnd.ms-powerpoint': 'PPT',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PPTX',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'DOCX',
  'video/mpeg': 'MPEG',
  'video/quicktime': 'MOV',
  'video/x-matroska': 'MKV',
  'video/x-msvideo': 'AVI',
};

function fileOf(rule: MediaRule): string {
  const { role, max, mimes, convertToJpeg = [] } = rule;
  const many = rule.min === rule.max || rule.min === 0 ? `${max}` : `${rule.min}–${max}`;
  const count = rule.min === 0 && max > 1 ? `up to ${max}` : many;
  const formats = [...new Set([...mimes, ...convertToJpeg])].map(
    (mime) => FORMATS[mime] ?? (mime.split('/')[1] ?? mime).toUpperCase(),
  );
  const name =
    role === 'cover' && rule.min === 0 ? 'a cover if wanted' : `${count} ${role}${max > 1 ? 's' : ''}`;
  return [
    `${name}: ${formats.join(', ')}`,
    rule.maxBytes === undefined ? null : `≤ ${size(rule.maxBytes)}`,
    span(rule.minDurationMs, rule.maxDurationMs, duration),
    span(rule.minFrameRate, rule.maxFrameRate, (rate) => `${Math.round(rate)} fps`),
    span(rule.minRatio, rule.maxRatio, (ratio) => `${Number(ratio.toFixed(2))}:1`),
    span(pixels(rule.minWidth, rule.minHeight), pixels(rule.maxWidth, undefined), (sides) => sides),
    rule.maxPixels === undefined ? null : `≤ ${rule.maxPixels.toLocaleString('en')} pixels`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

function span<T>(least: T | undefined, most: T | undefined, show: (value: T) => string): string | null {
  if (least === undefined) return most === undefined ? null : `≤ ${show(most)}`;
  return most === undefined ? `≥ ${show(least)}` : `${show(least)} to ${show(most)}`;
}

function pixels(width: number | undefined, height: number | undefined): string | undefined {
  if (width === undefined && height === undefined) return undefined;
  return height === undefined ? `${width} wide` : `${width ?? 1} × ${height}`;
}

/** Platforms count in 1,000 or in 1,024; the number that comes out round is the one that they wrote. */
function size(bytes: number): string {
  for (const [unit, power] of [
    ['GB', 3],
    ['MB', 2],
    ['kB', 1],
  ] as const) {
    for (const base of [1_024, 1_000]) {
      const value = bytes / base ** power;
      if (value >= 1 && Number.isInteger(value)) return `${value} ${unit}`;
    }
  }
  return `${bytes.toLocaleString('en')} bytes`;
}

function duration(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds >= 3_600 && seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds > 90 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
