import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `npm run test:fidelity`: the simulated platforms, used by client libraries that others wrote. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: { include: ['*.fidelity.ts'], testTimeout: 30_000, env: { TZ: 'UTC' } },
});
