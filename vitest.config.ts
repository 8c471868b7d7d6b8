import { defineConfig } from 'vitest/config';

/** Rooms whose tests leave nothing behind in their process, so that one process serves all their files. */
const SHARING = 'test/{command-handler,config,dispatch,domain,feed,gateway,history,http,query,store}/**/*.test.ts';

/** Faults, scale, brokers: what takes minutes and is left to `npm run test:full`. */
const LONG = 'test/**/*.full.test.ts';

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'rooms', include: [SHARING], exclude: [LONG], isolate: false } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: [SHARING, LONG] } },
      { extends: true, test: { name: 'full', include: [LONG] } },
    ],
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
