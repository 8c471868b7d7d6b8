import { openDoors } from './http/doors.ts';
import { createQueries } from '../src/http/index.ts';
import { createPools } from '../src/store/index.ts';
import { SILENT } from './support/store.ts';
const pools = createPools(process.argv[2] ?? '', SILENT);
const doors = await openDoors({ queries: createQueries(pools, { now: Date.now, zone: 'UTC', guard: false }) });
let peak = 0,
  heap = 0;
setInterval(() => {
  const m = process.memoryUsage();
  peak = Math.max(peak, m.rss);
  heap = Math.max(heap, m.heapUsed + m.external);
}, 20);
process.on('message', () => {
  const m = process.memoryUsage();
  process.send?.({ peak, heap, ...m });
  peak = 0;
  heap = 0;
});
process.send?.({ url: doors.url });
