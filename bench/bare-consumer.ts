import { randomUUID } from 'node:crypto';
import { Consumer, type Message, stringDeserializers } from '@platformatic/kafka';
import pg from 'pg';
import { CREATE } from './create-statement.ts';

/** Commands that are stored together before the group is told, and connections that store them. */
const BATCH = 256;
const CONNECTIONS = 8;

interface Command {
  readonly id: string;
  readonly requestId: string;
  readonly aggregateId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: CONNECTIONS,
  statement_timeout: 2_000,
});

async function store(text: string): Promise<void> {
  const { id: commandId, requestId, aggregateId, body } = JSON.parse(text) as Command;
  const stream = { id: randomUUID(), aggregateId, version: 1, commandId, requestId, body: [body] };
  const record = { aggregateId, version: 1, deleted: false, state: { ...body, status: 'FAILED' } };
  const values = [JSON.stringify(stream), JSON.stringify(record), null, null, 0];
  await pool.query({ name: 'create', text: CREATE, values });
}

type Read = Message<string, string, string, string>;

async function storeAll(batch: readonly Read[]): Promise<void> {
  await Promise.all(batch.map(({ value }) => store(value)));
  const last = new Map(batch.map((message) => [message.partition, message]));
  for (const message of last.values()) await message.commit();
}

const topic = process.env['TOPIC'] ?? '';
const consumer = new Consumer({
  clientId: 'bare',
  groupId: 'bare',
  bootstrapBrokers: [process.env['KAFKA_BROKERS'] ?? ''],
  autocommit: false,
  deserializers: stringDeserializers,
});
const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' });
let batch: Read[] = [];
let storing: Promise<void> | null = null;
const next = (): void => {
  if (storing !== null || batch.length === 0) return;
  const full = batch;
  batch = [];
  stream.resume();
  storing = storeAll(full).finally(() => {
    storing = null;
    next();
  });
};
stream.on('data', (message: Read) => {
  batch.push(message);
  if (batch.length >= BATCH) stream.pause();
  next();
});
process.send?.({ ready: true, url: topic });
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
