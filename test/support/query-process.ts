import { createQueries } from '../../src/http/index.ts';
import { createPools } from '../../src/store/index.ts';
import { openDoors } from '../http/doors.ts';
import { SILENT } from './store.ts';

/** Milliseconds between two looks at the memory. */
const INTERVAL = 20;

/** Answers queries over the database it is given, as a process of its own, so that its memory is nobody else's. */
const pools = createPools(process.argv[2] ?? '', SILENT);
const doors = await openDoors({ queries: createQueries(pools, { now: Date.now, zone: 'UTC', guard: false }) });

let peak = 0;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, INTERVAL);

/** Bytes: the most since it was asked before, and now. */
process.on('message', () => {
  const now = process.memoryUsage.rss();
  process.send?.({ peak: Math.max(peak, now), now });
  peak = 0;
});
process.send?.({ url: doors.url });
