import { describe, expect, it } from 'vitest';
import { parseMultipart } from './multipart.ts';

async function encode(form: FormData): Promise<{ bytes: Buffer; type: string }> {
  const response = new Response(form);
  return {
    bytes: Buffer.from(await response.arrayBuffer()),
    type: response.headers.get('content-type') ?? '',
  };
}

describe('multipart/form-data', () => {
  it('gives back the fields and the exact bytes that a client encoded', async () => {
    const bytes = Buffer.from([0, 13, 10, 45, 45, 255, 13, 10]);
    const form = new FormData();
    form.append('message', 'Grüße\r\nzwei "Zeilen"');
    form.append('source', new File([bytes], 'a "b".png', { type: 'image/png' }));
    form.append('empty', '');
    const encoded = await encode(form);

    const parts = parseMultipart(encoded.bytes, encoded.type);

    expect([...(parts?.fields ?? [])]).toEqual([
      ['message', 'Grüße\r\nzwei "Zeilen"'],
      ['empty', ''],
    ]);
    expect(parts?.files).toEqual([{ name: 'source', filename: 'a "b".png', type: 'image/png', bytes }]);
  });

  it('takes a part that is no text for a file, although it has no file name', () => {
    const body = [
      '--x\r\nContent-Disposition: form-data; name="segment_index"\r\nContent-Type: text/plain\r\n\r\n0\r\n',
      '--x\r\nContent-Disposition: form-data; name="media"\r\nContent-Type: application/octet-stream\r\n\r\n',
      'bytes\r\n--x--\r\n',
    ];
    const parts = parseMultipart(Buffer.from(body.join('')), 'multipart/form-data; boundary=x');
    expect(parts?.fields.get('segment_index')).toBe('0');
    expect(parts?.files).toMatchObject([{ name: 'media', filename: '', bytes: Buffer.from('bytes') }]);
  });

  it.each([
    ['a missing last delimiter', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x\r\n'],
    ['a part without a name', '--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n'],
    ['a part without the empty line', '--x\r\nContent-Disposition: form-data; name="a"\r\n1\r\n--x--\r\n'],
    ['another boundary', '--y\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--y--\r\n'],
  ])('is refused with %s', (_what, body) => {
    expect(parseMultipart(Buffer.from(body), 'multipart/form-data; boundary=x')).toBeUndefined();
  });
});
