import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { migrate } from '../src/store/index.ts';
import { ensureNamespace, ensureSearchAttributes } from '../src/temporal/namespace.ts';
import { type Child, startChild } from './child.ts';
import { DOCUMENTS, type Documents } from './create-statement.ts';
import type { Servers } from './servers.ts';

/** What is measured, or what it is measured against, with a database and a namespace of its own on the servers of the run. */
export interface Side extends Child {
  readonly name: 'product' | 'bare';
  readonly databaseUrl: string;
  readonly namespace: string;
}

type Environment = Readonly<Record<string, string>>;
/** What a storm is measured against, with a database of its own. */
export type Door = Child & Pick<Side, 'databaseUrl'>;

const READY_INTERVAL = 100;
const READY_TIMEOUT = 60_000;

/** Starts the service as it is set up by default but for `settings`, on the database `name`, and waits until its worker runs. */
export async function startProduct(
  servers: Servers,
  settings: Readonly<Record<string, string>> = {},
  name = 'product',
): Promise<Side> {
  const env = await place(servers, name);
  const port = String(await freePort());
  // The baseline has one way only.
  const one = { CREATE_PATH: 'workflow', ...settings };
  const side = await start(servers, 'product', '../src/main.ts', { ...env, ...one, PORT: port, LOG_LEVEL: 'warn' });
  try {
    await until(() => checkHealth(side.url));
  } catch (error) {
    await side.stop();
    throw error;
  }
  return side;
}

/**
 * Starts the bare baseline; its records are as large as these documents. The schema and the search attributes that it uses
 * are the product's own.
 */
export async function startBare(servers: Servers, documents: Documents): Promise<Side> {
  const env = await place(servers, 'bare');
  const log = pino({ level: 'silent' });
  await migrate(env.DATABASE_URL, log);
  const connection = await NativeConnection.connect({ address: servers.temporalAddress });
  try {
    const namespace = env.TEMPORAL_NAMESPACE;
    await ensureNamespace(connection, namespace, log);
    // A namespace is known to all parts of the server only a while after its registration.
    await until(() => connection.workflowService.listOpenWorkflowExecutions({ namespace, maximumPageSize: 1 }));
    if (!(await ensureSearchAttributes(connection, namespace, log))) {
      throw new Error('Temporal refuses the search attributes, and without them the sides cannot be compared.');
    }
  } finally {
    await connection.close();
  }
  return start(servers, 'bare', './bare.ts', { ...env, [DOCUMENTS]: JSON.stringify(documents) });
}

/** Starts the bare library, which stores commands from Kafka. The schema is the product's own. */
export async function startBareConsumer(servers: Servers, settings: Environment): Promise<Side> {
  const env = await place(servers, 'bare');
  await migrate(env.DATABASE_URL, pino({ level: 'silent' }));
  return start(servers, 'bare', './bare-consumer.ts', { ...env, ...settings });
}

/** Starts the bare door to the store, which knows of no workflows; its records are as large as these documents. */
export async function startDoor(servers: Servers, documents: Documents): Promise<Door> {
  const env = await place(servers, 'door');
  await migrate(env.DATABASE_URL, pino({ level: 'silent' }));
  const child = await launch(servers, 'door', './bare-door.ts', { ...env, [DOCUMENTS]: JSON.stringify(documents) });
  return { ...child, databaseUrl: env.DATABASE_URL };
}

/** Starts a side for `work`, and ends it afterwards. */
export async function withSide<Started extends Child, Result>(
  servers: Servers,
  startSide: (servers: Servers) => Promise<Started>,
  work: (side: Started) => Promise<Result>,
): Promise<Result> {
  const side = await startSide(servers);
  try {
    return await work(side);
  } finally {
    await side.stop();
  }
}

async function place(servers: Servers, name: string) {
  return {
    DATABASE_URL: await servers.createDatabase(name),
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_NAMESPACE: `bench-${servers.tag}-${name.replace('_', '-')}`,
  };
}

async function start(
  servers: Servers,
  name: Side['name'],
  script: string,
  env: Awaited<ReturnType<typeof place>> & Environment,
): Promise<Side> {
  const child = await launch(servers, name, script, env);
  return { ...child, name, databaseUrl: env.DATABASE_URL, namespace: env.TEMPORAL_NAMESPACE };
}

/** Starts a program with these settings and no others. */
async function launch(
  { folder }: Servers,
  name: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<Child> {
  const { PATH, HOME, NODE_OPTIONS } = process.env;
  const file = fileURLToPath(new URL(script, import.meta.url));
  return await startChild(file, { PATH, HOME, NODE_OPTIONS, ...env }, folder.file('logs', `${name}.log`));
}

/** Tries again and again. @throws what the last try threw, when the time is over */
async function until(tries: () => Promise<unknown>): Promise<void> {
  for (const end = performance.now() + READY_TIMEOUT; ;) {
    try {
      await tries();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(READY_INTERVAL);
    }
  }
}

async function checkHealth(url: string): Promise<void> {
  const response = await fetch(`${url}/actuator/health`);
  const health = await response.text();
  if (!response.ok) throw new Error(`the service does not become healthy: ${health}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Measures both sides. They take turns in going first, from pair to pair, so that nothing that drifts favours one of them. */
export async function measurePair<Measured>(
  index: number,
  [product, bare]: readonly [Side, Side],
  measure: (side: Side) => Promise<Measured>,
): Promise<Record<Side['name'], Measured>> {
  const measured: Partial<Record<Side['name'], Measured>> = {};
  for (const side of index % 2 === 0 ? [product, bare] : [bare, product]) measured[side.name] = await measure(side);
  return measured as Record<Side['name'], Measured>;
}
