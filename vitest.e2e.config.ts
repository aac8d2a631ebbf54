import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Tests that start, kill and wait for processes share a busy CI machine; a retry is named in the report.
    retry: process.env.CI === 'true' ? 2 : 0,
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/global-setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // Each test runs the whole client; more than one file at a time only makes each slower.
    fileParallelism: false,
    env: { CLAUDE_HOOKS: '', CLAUDE_HOOKS_DEPTH: '' },
  },
});
