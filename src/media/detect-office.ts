const OOXML: readonly (readonly [part: string, mime: string])[] = [
  ['word/document', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['ppt/presentation', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['xl/workbook', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
];

const OLE: readonly (readonly [stream: string, mime: string])[] = [
  ['WordDocument', 'application/msword'],
  ['PowerPoint Document', 'application/vnd.ms-powerpoint'],
  ['Workbook', 'application/vnd.ms-excel'],
];

/** How much of the end of a file `detectOffice` wants: a zip's directory, about 90 bytes for each part. */
export const TAIL_BYTES = 131_072;

/** Office documents: zip archives by the names in their directory (at the end), old ones by the names of their streams. */
export function detectOffice(head: Buffer, tail: Buffer): string | null {
  const magic = head.toString('hex', 0, 8);
  if (magic.startsWith('504b0304')) {
    return OOXML.find(([part]) => tail.includes(part))?.[1] ?? 'application/zip';
  }
  // The directory of an OLE file can stand anywhere, in small files near one of the ends.
  if (magic === 'd0cf11e0a1b11ae1') {
    const named = ([stream]: readonly [string, string]) =>
      [head, tail].some((part) => part.includes(Buffer.from(stream, 'utf16le')));
    return OLE.find(named)?.[1] ?? 'application/x-ole-storage';
  }
  return null;
}
