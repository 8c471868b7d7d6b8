import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openStore } from './support/store.ts';
import { storeManyRecords } from './support/many-records.ts';
import { request } from 'node:http';
const store = await openStore();
await storeManyRecords(store, 200_000, 1);
const child = fork('test/q3child.ts', [store.url], {
  execArgv: (process.env.FLAGS ?? '--max-old-space-size=1024 --max-semi-space-size=16').split(' '),
});
const [{ url }] = (await once(child, 'message')) as [{ url: string }];
const ask = async () => {
  child.send('x');
  return (await once(child, 'message'))[0] as {
    rss: number;
    peak: number;
    heap: number;
    heapUsed: number;
    external: number;
  };
};
async function go(accept: string, limit: number) {
  const before = await ask();
  const t = performance.now();
  let first = 0,
    bytes = 0;
  await new Promise<void>((resolve) => {
    const r = request(
      `${url}/execution_failed/snapshot/list`,
      { method: 'POST', headers: { accept, 'content-type': 'application/json' } },
      (res) => {
        res.on('data', (c: Buffer) => {
          if (!first) first = performance.now() - t;
          bytes += c.length;
        });
        res.on('end', resolve);
      },
    );
    r.end(JSON.stringify({ condition: { operator: 'ALL' }, limit }));
  });
  const m = await ask();
  console.log(accept, limit, {
    first: first | 0,
    total: (performance.now() - t) | 0,
    MB: (bytes / 1e6) | 0,
    rssGrowth: ((m.peak - before.rss) / 1e6) | 0,
    heap: ((m.heap - before.heapUsed - before.external) / 1e6) | 0,
    rss: (m.peak / 1e6) | 0,
  });
}
await go('text/event-stream', 1000);
await go('text/event-stream', 0);
await go('application/json', 0);
await go('text/event-stream', 0);
child.kill();
await store.close();
