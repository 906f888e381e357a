import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Process and database tests start real servers; two cores are the smallest machine we promise to pass on.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // .ci/run counts the tests.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: '.tmp/vitest.json' }]] : ['default'],
    // The developer's own environment must never reach a test.
    env: { TZ: 'UTC' },
  },
});
