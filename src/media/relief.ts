/** Of files that pass through; a collection of our 30 MB takes some 20 ms. */
const EVERY_BYTES = 16 * 1_048_576;

let passed = 0;

/**
 * Collects the buffers that streamed bytes leave behind. V8 itself looks for them only when some 60 MB have piled up
 * beside its heap (measured, Node 20). Without --expose-gc, which bin/content-publisher asks for, nothing happens.
 */
export function relieve(bytes: number): void {
  passed += bytes;
  if (passed < EVERY_BYTES) return;
  passed = 0;
  globalThis.gc?.();
}
