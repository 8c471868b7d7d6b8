import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Worker threads crash the native part of the Temporal SDK; and one process at a time, since the tests measure time
    // and start servers of their own.
    pool: 'forks',
    maxWorkers: 1,
    // Concurrent tests of a file mostly wait for timers of one service.
    maxConcurrency: 20,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
