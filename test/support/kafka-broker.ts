import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPortFree } from '../../local/ports.ts';
import { kafkaClassPath } from './kafka-distribution.ts';

/** Milliseconds; it takes two to five seconds on a machine that does nothing else. */
const START_TIMEOUT = 90_000;
const STARTED = 'Kafka Server started';
/** Characters of what it has said that an error shows. */
const TAIL = 4_000;

/** A real broker of a test, alone in its cluster, that may be killed and started again on the same port and data. */
export interface KafkaBroker {
  /** `host:port`. */
  readonly address: string;
  /** Starts it and waits until it serves. @throws Error with the end of its log */
  start(): Promise<void>;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
  /** Ends it and removes everything that it has stored. */
  remove(): Promise<void>;
}

/**
 * Starts a broker that creates no topics by itself.
 * @param properties beside, or in place of, its own; `{port}` in a value is the one that it listens on
 */
export async function startKafkaBroker(properties: Readonly<Record<string, string>> = {}): Promise<KafkaBroker> {
  const classPath = await kafkaClassPath();
  const folder = await mkdtemp(join(tmpdir(), 'redress-kafka-'));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const file = join(folder, 'server.properties');
  const all = { ...ownProperties(controllerPort, join(folder, 'data')), ...properties };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value.replaceAll('{port}', String(port))}`);
  await writeFile(file, lines.join('\n'));
  const java = (heap: string, ...args: string[]): ChildProcess =>
    spawn('java', [`-Xmx${heap}`, '-XX:TieredStopAtLevel=1', '-cp', classPath, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  let running: { readonly child: ChildProcess; readonly ended: Promise<unknown> } | null = null;
  process.once('exit', () => running?.child.kill('SIGKILL'));
  const start = async (): Promise<void> => {
    const child = java('384m', 'kafka.Kafka', file);
    running = { child, ended: once(child, 'exit') };
    await untilSaid(child, STARTED);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    running?.child.kill(signal);
    await running?.ended;
    running = null;
  };
  const remove = async (): Promise<void> => {
    await end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };

  try {
    const format = java('128m', 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file);
    const formatted = once(format, 'exit');
    await untilSaid(format, 'Formatting');
    await formatted;
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return { address: `127.0.0.1:${port}`, start, stop: () => end('SIGTERM'), kill: () => end('SIGKILL'), remove };
}

const CLUSTER_ID = 'redressTestCluster000A';

const ownProperties = (controllerPort: number, data: string): Readonly<Record<string, string>> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map':
    'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
  'log.dirs': data,
  'num.partitions': '3',
  'offsets.topic.num.partitions': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
});

async function freePort(): Promise<number> {
  for (;;) {
    // Below the ports of outgoing connections, of which one might take it while the broker is down.
    const port = randomInt(20_000, 32_000);
    if (await isPortFree(port)) return port;
  }
}

/** Waits until a program says something; what it says afterwards is dropped. @throws Error where it ends before */
async function untilSaid(child: ChildProcess, wanted: string): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const fail = (how: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`The Kafka broker ${how}. The end of its log:\n${said.slice(-TAIL)}`));
    };
    const timer = setTimeout(fail, START_TIMEOUT, 'does not start in time');
    const listen = (chunk: Buffer): void => {
      if (said.includes(wanted)) return;
      said += chunk.toString();
      if (!said.includes(wanted)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', (error) => {
      fail(`cannot be run (${error.message})`);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`ended with code ${String(code)}`);
    });
  });
}
