import { Readable } from 'node:stream';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { EventStream } from '../../src/domain/index.ts';
import { type Progress, type Refused, importHistories } from '../../src/import/index.ts';
import type { Pools } from '../../src/store/index.ts';

const RECORDING = new URL('../contract/golden/exchanges-8.10.10.jsonl.gz', import.meta.url);

/** The answer of the original to a step of the recordings, as it stood on the wire. */
export async function recordedAnswer(name: string): Promise<string> {
  const lines = gunzipSync(await readFile(RECORDING))
    .toString()
    .split('\n');
  const exchanges = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedExchange);
  const exchange = exchanges.find((each) => each.name === name);
  if (exchange === undefined) throw new Error(`nothing was recorded as ${name}`);
  return exchange.response.body;
}

interface RecordedExchange {
  readonly name: string;
  readonly response: { readonly body: string };
}

/** What came of an import. */
export interface Imported extends Progress {
  readonly refusals: readonly Refused[];
}

/** Imports a text, in chunks of so many bytes. */
export async function importText(pools: Pools, text: string, chunkSize = 1_000): Promise<Imported> {
  const refusals: Refused[] = [];
  const progress = await importHistories(
    { pools, stopping: new AbortController().signal, onProgress: () => undefined, onRefused: (r) => refusals.push(r) },
    chunksOf(text, chunkSize),
  );
  return { ...progress, refusals };
}

/** The bytes of a text, or bytes, in chunks of so many. */
export function chunksOf(text: string | Buffer, size: number): AsyncIterable<Buffer> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const count = Math.ceil(bytes.length / size);
  return Readable.from(Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size)));
}

/** JSON lines of event streams. */
export const linesOf = (streams: readonly object[]): string =>
  streams.map((stream) => `${JSON.stringify(stream)}\n`).join('');

/** One version of a record as the original exports it. */
export function exported(id: string, version: number, event: EventGiven, but: object = {}): EventStream {
  return {
    id: `${id}-stream-${version}`,
    contextName: 'compensation-service',
    aggregateName: 'execution_failed',
    header: { trace_id: `${id}-command-${version}`, upstream_name: 'by hand' },
    aggregateId: id,
    tenantId: '(0)',
    ownerId: 'owner-1',
    spaceId: 'space-1',
    commandId: `${id}-command-${version}`,
    requestId: `${id}-request-${version}`,
    version,
    body: [{ id: `${id}-event-${version}`, revision: '0.0.1', bodyType: `me.ahoo.wow.compensation.api.Any`, ...event }],
    createTime: 1_700_000_000_000 + version * 1_000,
    size: 1,
    ...but,
  } as unknown as EventStream;
}

interface EventGiven {
  readonly name: string;
  readonly body: object;
}

const EVENT_ID = {
  id: 'event-1',
  aggregateId: { contextName: 'order-service', aggregateName: 'order', aggregateId: 'order-1', tenantId: '(0)' },
  version: 6,
};
const FUNCTION = { functionKind: 'EVENT', contextName: 'notice-service', processorName: 'Notices', name: 'onPaid' };
const ERROR = { errorCode: 'Refused', errorMsg: 'no', stackTrace: 'at all', succeeded: false };

/** Times after which nothing is due for long. */
const RETRY_STATE = { retries: 0, retryAt: 1, timeoutAt: 2, nextRetryAt: 4_000_000_000_000 };

export const CREATED: EventGiven = {
  name: 'execution_failed_created',
  body: {
    eventId: EVENT_ID,
    function: FUNCTION,
    error: ERROR,
    executeAt: 1_700_000_000_000,
    retryState: RETRY_STATE,
    retrySpec: { maxRetries: 10, minBackoff: 180, executionTimeout: 120 },
    recoverable: 'UNKNOWN',
  },
};
export const PREPARED: EventGiven = {
  name: 'compensation_prepared',
  body: {
    eventId: EVENT_ID,
    function: FUNCTION,
    retryState: {
      retries: 1,
      retryAt: 1_700_000_002_000,
      timeoutAt: 1_700_000_122_000,
      nextRetryAt: 1_700_000_362_000,
    },
  },
};
export const SUCCEEDED: EventGiven = { name: 'execution_success_applied', body: { executeAt: 1_700_000_003_000 } };

/** A whole life: it failed, was retried, and succeeded. */
export const lifeOf = (id: string): EventStream[] => [
  exported(id, 1, CREATED),
  exported(id, 2, PREPARED),
  exported(id, 3, SUCCEEDED),
];
