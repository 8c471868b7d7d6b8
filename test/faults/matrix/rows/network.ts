import { setTimeout as sleep } from 'node:timers/promises';
import type { Ground, PathName, Row } from '../row.ts';

/** Milliseconds by which whatever is sent arrives later, in either direction. */
const LATENCY = 100;

/** The stretches of network between the product and its servers. */
export const NETWORK_ROWS: readonly Row[] = [
  pathRow('api-postgres', 'API to Postgres'),
  pathRow('worker-postgres', 'worker to Postgres'),
  pathRow('api-temporal', 'API to Temporal'),
  pathRow('worker-temporal', 'worker to Temporal'),
];

function pathRow(path: PathName, title: string): Row {
  return {
    name: `path-${path}`,
    fault: `network from ${title} slow by ${2 * LATENCY} ms, then silent, then cut`,
    through: [path],
    strike: (ground) => strikePath(ground, path),
  };
}

async function strikePath(ground: Ground, name: PathName): Promise<undefined> {
  const path = ground.path(name);
  const part = ground.scale.outage / 3;
  path.slow(LATENCY);
  await sleep(part);
  path.stall();
  await sleep(part);
  path.cut();
  await sleep(part);
  path.restore();
  return undefined;
}
