import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Tests that start, kill and wait for processes share a busy CI machine; a retry is named in the report.
    retry: process.env.CI === 'true' ? 2 : 0,
    include: ['test/unit/**/*.test.ts', 'test/integration/**/*.test.ts', 'test/crash/**/*.test.ts'],
    // Most tests wait for processes, so more of them than cores fit.
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { NODE_EXTRA_CA_CERTS: '', CLAUDE_HOOKS: '', CLAUDE_HOOKS_DEPTH: '' },
  },
});
