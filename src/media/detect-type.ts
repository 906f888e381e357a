import { detectOffice } from './detect-office.ts';

/** Longest head that `detectType` looks at. */
export const HEAD_BYTES = 4_096;

const SIGNATURES: readonly (readonly [mime: string, offset: number, hex: string])[] = [
  ['image/jpeg', 0, 'ffd8ff'],
  ['image/png', 0, '89504e470d0a1a0a'],
  ['image/gif', 0, '474946383761'],
  ['image/gif', 0, '474946383961'],
  ['image/webp', 8, '57454250'],
  ['video/x-msvideo', 8, '41564920'],
  ['image/tiff', 0, '49492a00'],
  ['image/tiff', 0, '4d4d002a'],
  ['image/bmp', 0, '424d'],
];

// https://mp4ra.org/registered-types/brands: major brand of the ftyp box; all others are a kind of MP4.
const BRANDS: Readonly<Record<string, string>> = {
  'qt  ': 'video/quicktime',
  heic: 'image/heic',
  heix: 'image/heic',
  heim: 'image/heic',
  hevc: 'image/heic',
  mif1: 'image/heif',
  msf1: 'image/heif',
  avif: 'image/avif',
  avis: 'image/avif',
  'M4A ': 'audio/mp4',
  'M4B ': 'audio/mp4',
};

/** QuickTime files from before ftyp begin with one of these. */
const OLD_QUICKTIME = ['moov', 'mdat', 'wide'];

/** MIME type by content, null when nobody here knows it. `head` and `tail` are the ends of the file. Pure. */
export function detectType(head: Buffer, tail: Buffer): string | null {
  const signature = SIGNATURES.find(
    ([, offset, hex]) => head.subarray(offset, offset + hex.length / 2).toString('hex') === hex,
  );
  if (signature !== undefined) return signature[0];
  const box = head.toString('latin1', 4, 8);
  if (box === 'ftyp') return byBrand(head.toString('latin1', 8, 12));
  if (OLD_QUICKTIME.includes(box)) return 'video/quicktime';
  if (head.toString('hex', 0, 4) === '1a45dfa3')
    return head.includes('webm') ? 'video/webm' : 'video/x-matroska';
  if (head.subarray(0, 1_024).includes('%PDF-')) return 'application/pdf';
  return detectOffice(head, tail) ?? markup(head);
}

function byBrand(brand: string): string {
  return BRANDS[brand] ?? (brand.startsWith('3g') ? 'video/3gpp' : 'video/mp4');
}

function markup(head: Buffer): string | null {
  const start = head.toString('utf8').trimStart().toLowerCase();
  if (/^(<!--.*?-->\s*)*(<!doctype html|<html|<head|<body)/s.test(start)) return 'text/html';
  return start.includes('<svg') ? 'image/svg+xml' : null;
}
