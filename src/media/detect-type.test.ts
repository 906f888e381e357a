import { describe, expect, it } from 'vitest';
import { detectType } from './detect-type.ts';

function type(bytes: Buffer) {
  return detectType(bytes.subarray(0, 4_096), bytes.subarray(-131_072));
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ftyp = (brand: string) =>
  Buffer.concat([hex('00000018'), Buffer.from(`ftyp${brand}`), hex('00000000')]);
const zip = (part: string) =>
  Buffer.concat([
    hex('504b0304'),
    Buffer.alloc(300_000),
    Buffer.from(`[Content_Types].xml ${part}.xml`),
    Buffer.alloc(60),
  ]);
const ole = (stream: string) =>
  Buffer.concat([hex('d0cf11e0a1b11ae1'), Buffer.alloc(2_000), Buffer.from(stream, 'utf16le')]);

describe('the type of a file', () => {
  it.each([
    ['image/jpeg', hex('ffd8ffe0 00104a464946')],
    ['image/png', hex('89504e470d0a1a0a 0000000d')],
    ['image/gif', Buffer.from('GIF89a')],
    ['image/webp', Buffer.concat([Buffer.from('RIFF'), hex('10000000'), Buffer.from('WEBPVP8 ')])],
    ['image/tiff', hex('49492a00 08000000')],
    ['image/heic', ftyp('heic')],
    ['image/avif', ftyp('avif')],
    ['video/mp4', ftyp('isom')],
    ['video/mp4', ftyp('mp42')],
    ['video/mp4', ftyp('M4V ')],
    ['video/quicktime', ftyp('qt  ')],
    [
      'video/quicktime',
      Buffer.concat([hex('00000008'), Buffer.from('wide'), hex('00001000'), Buffer.from('mdat')]),
    ],
    ['video/3gpp', ftyp('3gp5')],
    ['audio/mp4', ftyp('M4A ')],
    [
      'video/webm',
      Buffer.concat([hex('1a45dfa3 9f4286810142f7810142f2810442f381084282 84'), Buffer.from('webm')]),
    ],
    [
      'video/x-matroska',
      Buffer.concat([hex('1a45dfa3 a34286810142f7810142f2810442f381084282 88'), Buffer.from('matroska')]),
    ],
    ['video/x-msvideo', Buffer.concat([Buffer.from('RIFF'), hex('10000000'), Buffer.from('AVI LIST')])],
    ['application/pdf', Buffer.from('%PDF-1.7\n')],
    ['application/pdf', Buffer.concat([Buffer.alloc(100), Buffer.from('%PDF-1.4')])],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', zip('word/document')],
    ['application/vnd.openxmlformats-officedocument.presentationml.presentation', zip('ppt/presentation')],
    ['application/zip', zip('readme')],
    ['application/msword', ole('WordDocument')],
    ['application/vnd.ms-powerpoint', ole('PowerPoint Document')],
    ['text/html', Buffer.from('\n <!DOCTYPE html><html lang="de">')],
    ['text/html', Buffer.from('<!-- cached --><HTML><head>')],
    ['image/svg+xml', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
    [null, Buffer.from('{"error":"not found"}')],
    [null, Buffer.alloc(0)],
    [null, hex('ff')],
  ])('is %s by its bytes', (mime, bytes) => {
    expect(type(bytes)).toBe(mime);
  });
});
