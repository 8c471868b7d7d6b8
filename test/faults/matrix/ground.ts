import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad } from '../../support/fault-load.ts';
import { chooseSeed, createRandom } from '../../support/fault-random.ts';
import { type FaultServers, queryOnce } from '../../support/fault-servers.ts';
import { createFaultService } from '../../support/fault-service.ts';
import { startFaultTarget } from '../../support/fault-target.ts';
import { PUSHED } from '../../support/fault-wishes.ts';
import { type FeedWatch, watchFeed } from '../../support/feed-watch.ts';
import { freePort } from '../../support/redress.ts';
import { type TcpProxy, startTcpProxy } from '../../support/tcp-proxy.ts';
import type { Ground, PathName, Row } from './row.ts';
import type { FaultScale } from './scale.ts';

/** Milliseconds until both processes have to be at work. */
const START_TIMEOUT = 60_000;

/** The ground of one row, at work and under load, with what only its run looks at. */
export interface PreparedGround extends Ground {
  readonly feed: FeedWatch;
  /** Ends everything that was started for the row. */
  clear(): Promise<void>;
}

/** Starts product and load for a row. @throws CannotRun, or Error where the product does not come up */
export async function prepareGround(row: Row, servers: FaultServers, scale: FaultScale): Promise<PreparedGround> {
  const ends: (() => Promise<void>)[] = [];
  const clear = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(row, servers, scale, (end) => ends.push(end))), clear };
  } catch (error) {
    await clear();
    throw error;
  }
}

async function build(
  row: Row,
  servers: FaultServers,
  scale: FaultScale,
  atEnd: (end: () => Promise<void>) => void,
): Promise<Omit<PreparedGround, 'clear'>> {
  const random = createRandom(chooseSeed());
  const target = await startFaultTarget(random.fork());
  atEnd(() => target.close());
  const own = await row.openPostgres?.();
  if (own !== undefined) atEnd(() => own.remove());
  const postgres = own?.postgres ?? servers.postgres;
  const database = `faults_${row.name.replaceAll('-', '_')}_${Date.now()}`;
  await queryOnce(postgres.url('postgres'), `create database ${database}`);
  if (own === undefined) {
    atEnd(async () => {
      await queryOnce(postgres.url('postgres'), `drop database ${database} with (force)`);
    });
  }
  const namespace = database.replaceAll('_', '-');

  const paths = new Map<PathName, TcpProxy>();
  /** The address at which something is reached: its own, or that of a proxy in front of it. */
  const pave = async (name: PathName, address: string): Promise<string> => {
    if (row.through?.includes(name) !== true) return address;
    const proxy = await startTcpProxy(address);
    atEnd(() => proxy.close());
    paths.set(name, proxy);
    return proxy.address;
  };
  const databaseFor = async (name: 'api-postgres' | 'worker-postgres'): Promise<string> => {
    const url = new URL(postgres.url(database));
    url.host = await pave(name, url.host);
    return url.href;
  };

  const pushUrl = new URL(target.url);
  pushUrl.host = await pave('worker-target', pushUrl.host);
  const targetsFile = servers.file(`targets-${database}.json`);
  const pushed = { name: 'pushed', kind: 'http', match: { context: PUSHED }, url: pushUrl.href, timeout: 2 };
  await writeFile(targetsFile, JSON.stringify({ targets: [{ ...pushed, allow: ['127.0.0.1'] }] }));

  const apiPort = String(await freePort());
  const common = { ...servers.env, ...row.env, TEMPORAL_NAMESPACE: namespace, TARGETS_FILE: targetsFile };
  const env = {
    api: {
      ...common,
      ROLES: 'api',
      PORT: apiPort,
      ADVERTISED_URL: `http://${await pave('worker-api', `127.0.0.1:${apiPort}`)}`,
      DATABASE_URL: await databaseFor('api-postgres'),
      TEMPORAL_ADDRESS: await pave('api-temporal', servers.temporal.address),
    },
    worker: {
      ...common,
      ROLES: 'worker',
      DATABASE_URL: await databaseFor('worker-postgres'),
      TEMPORAL_ADDRESS: await pave('worker-temporal', servers.temporal.address),
    },
  };
  const main = await row.openRelease?.((name) => servers.file(name));
  const api = await createFaultService(env.api);
  const worker = await createFaultService(env.worker);
  for (const service of [api, worker]) {
    atEnd(() => service.kill());
    service.start(main);
  }
  const ready = Promise.all([api.working(), worker.working()]);
  const areReady = await Promise.race([ready, sleep(START_TIMEOUT, [false])]);
  if (!areReady.every(Boolean)) {
    throw new Error(`the product does not start: ${[...api.errors(), ...worker.errors()].join('\n')}`);
  }

  const door = `http://${await pave('client-api', `127.0.0.1:${apiPort}`)}`;
  const feed = watchFeed([door]);
  atEnd(() => feed.leave());
  const load = startLoad({ urls: [door], target, random: random.fork(), clients: scale.clients });
  atEnd(() => {
    // Where the row broke off, its clients give up by themselves.
    void load.stop();
    return Promise.resolve();
  });
  return {
    ...{
      scale,
      postgres,
      temporal: servers.temporal,
      database,
      namespace,
      api,
      worker,
      env,
      target,
      load,
      wishes: [],
      random,
      feed,
    },
    path(name) {
      const proxy = paths.get(name);
      if (proxy === undefined) throw new Error(`the row has not named ${name} in \`through\``);
      return proxy;
    },
    query: (sql, values) => queryOnce(postgres.url(database), sql, values),
    file: (name) => servers.file(name),
    atEnd,
  };
}
