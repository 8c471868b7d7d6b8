import { Producer, compatibilityPartitioner, stringSerializers } from '@platformatic/kafka';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { DEFAULT_RETRY_SPEC } from '../src/domain/index.ts';
import { createCommandHandler } from '../src/command-handler/index.ts';
import { createFeed } from '../src/feed/index.ts';
import { type Cluster, openCluster, runOut } from '../src/kafka/index.ts';
import {
  type Pools,
  createGlobalIds,
  createRecord,
  createPools,
  migrate,
  subscribeFromNow,
} from '../src/store/index.ts';
import { CREATE_BODY } from '../test/kafka/sent-command.ts';
import { startKafkaBroker } from '../test/support/kafka-broker.ts';
import type { Benchmark, Report } from './benchmark.ts';
import type { Servers } from './servers.ts';
import { formatRatio, median, pairedRatio } from './statistics.ts';

/** Pairs of blocks, and events of each; an event is two records. */
const FULL = { pairs: 8, events: 5_000 };
const QUICK = { pairs: 4, events: 2_000 };
/** Events that the baseline sends with one request, as many as a page of the feed has. */
const BATCH = 100;
const WRITERS = 8;
const PATIENCE = 120_000;
const LOG = pino({ level: 'silent' });

type Plan = typeof FULL;

export const kafkaOut: Benchmark = {
  about: 'events from Postgres to Kafka, with the states after them, as a ratio to the bare library with made records',
  async run(servers, { quick }) {
    const plan = quick ? QUICK : FULL;
    const broker = await startKafkaBroker();
    const databaseUrl = await servers.createDatabase('kafka_out');
    await migrate(databaseUrl, LOG);
    const pools = createPools(databaseUrl, LOG);
    const { kafka } = readConfig({ DATABASE_URL: databaseUrl, KAFKA_BROKERS: broker.address });
    if (kafka === null) throw new Error('Kafka is off');
    const cluster = await openCluster(kafka, LOG);
    try {
      await cluster.createTopics();
      await subscribeFromNow(pools.commands, 'kafka');
      return await compare(servers, cluster, pools, plan);
    } finally {
      await cluster.close();
      await pools.end();
      await broker.remove();
    }
  },
};

async function compare(servers: Servers, cluster: Cluster, pools: Pools, plan: Plan): Promise<Report> {
  const pairs: { product: number; bare: number }[] = [];
  servers.say('Warming up …');
  for (let index = -1; index < plan.pairs; index += 1) {
    servers.stopping.throwIfAborted();
    await write(pools, plan.events);
    const records = await recordsOf(pools, plan.events);
    const product = () => publish(cluster, pools, plan.events);
    const bare = () => sendBare(cluster, records);
    const isFirst = index % 2 === 0;
    const [first, second] = isFirst ? [await product(), await bare()] : [await bare(), await product()];
    if (index < 0) continue;
    const pair = isFirst ? { product: first, bare: second } : { product: second, bare: first };
    pairs.push(pair);
    servers.say(`pair ${index + 1} of ${plan.pairs}: ${pair.product.toFixed(0)}/s to ${pair.bare.toFixed(0)}/s`);
  }
  const ratio = pairedRatio(pairs.map(({ product, bare }) => product / bare));
  const side = (name: 'product' | 'bare') =>
    median(pairs.map((pair) => pair[name]))
      .toFixed(0)
      .padStart(6);
  const text = [
    `${plan.pairs} pairs of blocks of ${plan.events} events, two records each`,
    `  product  ${side('product')} events/s`,
    `  bare     ${side('bare')} events/s`,
    `  ratio    ${formatRatio(ratio)}`,
  ].join('\n');
  return { text, data: { plan, pairs, ratio }, failures: [] };
}

let written = 0;

async function write({ commands: pool }: Pools, events: number): Promise<void> {
  const handler = createCommandHandler({
    pool,
    createRecord: (...version) => createRecord(pool, ...version),
    ids: createGlobalIds(() => 1),
    now: Date.now,
    autoRetry: false,
    retryDefaults: DEFAULT_RETRY_SPEC,
    log: LOG,
    onDecided: () => undefined,
  });
  let left = events;
  const writer = async (): Promise<void> => {
    while ((left -= 1) >= 0) {
      const id = `record-${(written += 1)}`;
      const unused = { ownerId: '', spaceId: '', expectedVersion: null, attempt: null, header: {} };
      const body = { ...CREATE_BODY, executeAt: Date.now() };
      const message = { name: 'create_execution_failed', commandId: id, requestId: id, ...unused, body };
      await handler.handle(id, [{ origin: 'signal', message }], 0);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

interface Made {
  readonly key: string;
  readonly event: string;
  readonly state: string;
}

/** The newest events with the states after them, as texts that are ready to be sent. */
async function recordsOf({ queries }: Pools, events: number): Promise<Made[]> {
  const text = `select e.aggregate_id as key, e.document::text as event,
  (e.document || jsonb_build_object('state', s.document -> 'state', 'tags', '{}'::jsonb, 'deleted', false))::text as state
from redress.event_stream e join redress.snapshot s using (aggregate_id) order by e.position desc limit $1`;
  return queries.query<Made & object>({ name: 'bench.records', text }, [events]);
}

/** Events per second, from the first records that the brokers take to the last. */
async function publish(cluster: Cluster, pools: Pools, events: number): Promise<number> {
  const feed = createFeed({ pool: pools.queries, log: LOG });
  const done = Promise.withResolvers<number>();
  const late = setTimeout(() => {
    done.reject(new Error(`Not all of ${events} events are published after ${PATIENCE} ms.`));
  }, PATIENCE);
  let records = 0;
  let first: { readonly at: number; readonly records: number } | undefined;
  const out = await runOut({
    cluster,
    pools,
    feed,
    publishesPrepared: () => true,
    onPublished: (_kind, count) => {
      records += count;
      first ??= { at: performance.now(), records };
      if (records < 2 * events) return;
      done.resolve(((records - first.records) / 2 / (performance.now() - first.at)) * 1_000);
    },
    log: LOG,
  });
  try {
    return await done.promise;
  } finally {
    clearTimeout(late);
    // The checkpoint of the last page.
    await new Promise((resolve) => setTimeout(resolve, 500));
    feed.stop();
    await out.stop();
  }
}

/** Events per second of the library alone, with the same settings: events first, then states. */
async function sendBare({ options, topics }: Cluster, made: readonly Made[]): Promise<number> {
  const producer = new Producer({
    ...options,
    idempotent: true,
    serializers: stringSerializers,
    partitioner: compatibilityPartitioner,
  });
  const timestamp = BigInt(Date.now());
  const send = async (from: number, kind: 'event' | 'state'): Promise<void> => {
    const messages = made.slice(from, from + BATCH);
    await producer.send({
      messages: messages.map((each) => ({ topic: topics[kind], key: each.key, value: each[kind], timestamp })),
    });
  };
  const sendAll = async (start: number): Promise<void> => {
    for (let from = start; from < made.length; from += BATCH) {
      await send(from, 'event');
      await send(from, 'state');
    }
  };
  await send(0, 'event');
  await send(0, 'state');
  const at = performance.now();
  await sendAll(BATCH);
  const perSecond = ((made.length - BATCH) / (performance.now() - at)) * 1_000;
  await producer.close();
  return perSecond;
}
