import { randomUUID } from 'node:crypto';
import type { HttpSource, MultipartField } from '../core/http.ts';

/** RFC 7578 as browsers write it: quotes and line ends in names are percent-encoded. */
export function multipart(fields: readonly MultipartField[]): {
  readonly type: string;
  readonly source: HttpSource;
} {
  const boundary = `----publisher-${randomUUID()}`;
  const parts: (Buffer | HttpSource)[] = [];
  for (const { name, value } of fields) {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${escapeName(name)}"`;
    if (typeof value === 'string') {
      parts.push(Buffer.from(`${head}\r\n\r\n${value}\r\n`));
    } else {
      const type = `content-type: ${value.type.replace(/[\r\n]/g, '')}`;
      parts.push(Buffer.from(`${head}; filename="${escapeName(value.filename)}"\r\n${type}\r\n\r\n`));
      parts.push(value.file, Buffer.from('\r\n'));
    }
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    source: {
      length: parts.reduce((sum, part) => sum + part.length, 0),
      async *open() {
        for (const part of parts) {
          if (Buffer.isBuffer(part)) yield part;
          else yield* part.open();
        }
      },
    },
  };
}

function escapeName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
