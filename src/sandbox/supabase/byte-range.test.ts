import { describe, expect, it } from 'vitest';
import { applyRange } from './byte-range.ts';

/** 'abcdefghij' in three chunks, so that ranges begin and end inside, at and across their borders. */
function complete(): Response {
  const bytes = new ReadableStream({
    start(controller) {
      for (const part of ['abc', 'defg', 'hij']) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  return new Response(bytes, { headers: { 'content-length': '10', 'content-type': 'text/plain' } });
}

describe('applyRange', () => {
  it.each([
    ['bytes=0-0', 'a'],
    ['bytes=2-3', 'cd'],
    ['bytes=3-6', 'defg'],
    ['bytes=1-8', 'bcdefghi'],
    ['bytes=7-', 'hij'],
    ['bytes=4-99', 'efghij'],
  ])('answers %s with exactly those bytes', async (range, expected) => {
    const response = applyRange(range, complete());
    expect(response.status).toBe(206);
    expect(response.headers.get('content-length')).toBe(String(expected.length));
    expect(await response.text()).toBe(expected);
  });

  it('says which part of how much it is', () => {
    expect(applyRange('bytes=2-3', complete()).headers.get('content-range')).toBe('bytes 2-3/10');
  });

  it('refuses a range behind the end and tells the size', () => {
    const response = applyRange('bytes=10-', complete());
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */10');
  });

  it.each([null, 'bytes=-3', 'bytes=0-1,4-5', 'lines=1-2'])('answers %s with everything', async (range) => {
    const response = applyRange(range, complete());
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('abcdefghij');
  });

  it('does not touch an error', () => {
    const missing = new Response('{}', { status: 400, headers: { 'content-length': '2' } });
    expect(applyRange('bytes=0-0', missing)).toBe(missing);
  });
});
