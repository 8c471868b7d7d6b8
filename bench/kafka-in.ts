import { Admin, Producer, compatibilityPartitioner, stringSerializers } from '@platformatic/kafka';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KafkaBroker, startKafkaBroker } from '../test/support/kafka-broker.ts';
import { CREATE_BODY, sentCommand } from '../test/kafka/sent-command.ts';
import type { Benchmark, Report } from './benchmark.ts';
import { cpuOfTree } from './process-tree.ts';
import { type Servers, queryOnce } from './servers.ts';
import { type Side, measurePair, startBareConsumer, startProduct, withSide } from './sides.ts';
import { formatRatio, median, pairedRatio } from './statistics.ts';

/** Pairs of blocks, and commands of each block. */
const FULL = { pairs: 8, commands: 5_000 };
const QUICK = { pairs: 4, commands: 2_000 };
/** Commands that are sent with one request. */
const BATCH = 500;
/** Milliseconds between two looks, for all of a block to be stored, and after it for what follows. */
const LOOK_INTERVAL = 50;
const PATIENCE = 120_000;
const SETTLE = 1_000;
const PREFIX = { product: 'bench-product.', bare: 'bench-bare.' };

const COUNT = 'select count(*)::int as stored from redress.event_stream where aggregate_id like $1';
/** What a block took, by the clock that both sides are stored by. */
const SECONDS = `select extract(epoch from max(recorded_at) - min(recorded_at))::float8 as seconds
from redress.event_stream where aggregate_id like $1`;

type Plan = typeof FULL;

/** One side with a number of commands. */
interface Block {
  readonly perSecond: number;
  /** Milliseconds of the service's CPU per command; null: it cannot be read. */
  readonly cpu: number | null;
}

type Pair = Readonly<Record<Side['name'], Block>>;

export const kafkaIn: Benchmark = {
  about: 'reports from Kafka, read and stored, as a ratio to the bare library with the same statement',
  async run(servers, { quick }) {
    const broker = await startKafkaBroker();
    try {
      const product = { KAFKA_BROKERS: broker.address, KAFKA_TOPIC_PREFIX: PREFIX.product };
      // Only what takes the commands: no workers, and nothing is published.
      const alone = { ROLES: 'api', ADVERTISED_URL: 'http://localhost' };
      const topic = topicOf('bare');
      await createTopic(broker, topic);
      return await withSide(
        servers,
        () => startProduct(servers, { CREATE_PATH: 'store', ...product, ...alone }),
        (ours) =>
          withSide(
            servers,
            () => startBareConsumer(servers, { KAFKA_BROKERS: broker.address, TOPIC: topic }),
            (bare) => compare(servers, broker, [ours, bare], quick ? QUICK : FULL),
          ),
      );
    } finally {
      await broker.remove();
    }
  },
};

const topicOf = (side: Side['name']): string => `${PREFIX[side]}compensation.execution_failed.command`;

async function createTopic({ address }: KafkaBroker, topic: string): Promise<void> {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [address] });
  await admin.createTopics({ topics: [topic], partitions: -1, replicas: -1 });
  await admin.close();
}

async function compare(
  servers: Servers,
  { address }: KafkaBroker,
  [product, bare]: readonly [Side, Side],
  plan: Plan,
): Promise<Report> {
  const producer = new Producer({
    clientId: 'bench',
    bootstrapBrokers: [address],
    serializers: stringSerializers,
    partitioner: compatibilityPartitioner,
  });
  const run = (side: Side, name: string): Promise<Block> => runBlock(servers, producer, side, name, plan.commands);
  try {
    servers.say('Warming up …');
    for (const side of [product, bare]) await run(side, 'warm-up');
    const pairs: Pair[] = [];
    for (let index = 0; index < plan.pairs; index += 1) {
      const pair = await measurePair(index, [product, bare], (side) => run(side, `pair-${index}`));
      pairs.push(pair);
      servers.say(
        `pair ${index + 1} of ${plan.pairs}: ${pair.product.perSecond.toFixed(0)}/s to ${pair.bare.perSecond.toFixed(0)}/s`,
      );
    }
    return report(plan, pairs);
  } finally {
    await producer.close();
  }
}

/** Sends commands as fast as the broker takes them, and waits until all are stored. */
async function runBlock(
  { stopping }: Servers,
  producer: Producer<string, string, string, string>,
  side: Side,
  name: string,
  commands: number,
): Promise<Block> {
  const before = cpuOfTree(side.pid);
  // Nothing is due, so that nothing else happens meanwhile.
  const body = { ...CREATE_BODY, executeAt: Date.now(), recoverable: 'UNRECOVERABLE' };
  for (let at = 0; at < commands; at += BATCH) {
    stopping.throwIfAborted();
    const ids = Array.from({ length: Math.min(BATCH, commands - at) }, (_, index) => `${name}-${at + index}`);
    await producer.send({
      messages: ids.map((id) => ({
        topic: topicOf(side.name),
        key: id,
        value: JSON.stringify(sentCommand('create_execution_failed', id, `create-${id}`, body)),
      })),
    });
  }
  const values = [`${name}-%`];
  for (const end = performance.now() + PATIENCE; ;) {
    stopping.throwIfAborted();
    const [row] = await queryOnce<{ stored: number }>(side.databaseUrl, COUNT, values);
    if (row?.stored === commands) break;
    if (performance.now() > end) {
      throw new Error(`${side.name} has stored ${row?.stored ?? 0} of ${commands} commands after ${PATIENCE} ms.`);
    }
    await sleep(LOOK_INTERVAL);
  }
  await sleep(SETTLE);
  const after = cpuOfTree(side.pid);
  const [row] = await queryOnce<{ seconds: number }>(side.databaseUrl, SECONDS, values);
  return {
    perSecond: commands / (row?.seconds ?? Number.NaN),
    cpu: before === null || after === null ? null : (after - before) / commands,
  };
}

function report(plan: Plan, pairs: readonly Pair[]): Report {
  const ratio = pairedRatio(pairs.map(({ product, bare }) => product.perSecond / bare.perSecond));
  const cpus = pairs.flatMap(({ product, bare }) =>
    product.cpu === null || bare.cpu === null ? [] : [product.cpu / bare.cpu],
  );
  const cpuRatio = cpus.length === pairs.length ? pairedRatio(cpus) : null;
  const text = [
    `${plan.pairs} pairs of blocks of ${plan.commands} reports from Kafka`,
    formatSide(
      'product',
      pairs.map(({ product }) => product),
    ),
    formatSide(
      'bare',
      pairs.map(({ bare }) => bare),
    ),
    `  ratio    ${formatRatio(ratio)} of the throughput` +
      (cpuRatio === null ? '' : `; CPU per command ${formatRatio(cpuRatio)}`),
  ].join('\n');
  return { text, data: { plan, ratio, cpuRatio, pairs }, failures: [] };
}

function formatSide(name: string, blocks: readonly Block[]): string {
  const cpu = blocks.flatMap((block) => block.cpu ?? []);
  const used = cpu.length === 0 ? '' : `  CPU per command ${median(cpu).toFixed(2)} ms`;
  return `  ${name.padEnd(8)} ${median(blocks.map(({ perSecond }) => perSecond))
    .toFixed(0)
    .padStart(6)}/s${used}`;
}
