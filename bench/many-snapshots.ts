import type { EventStream } from '../src/domain/index.ts';
import { createPools, loadEventStreams, migrate } from '../src/store/index.ts';
import { create, handlerOn, signal } from '../test/command-handler/handling.ts';
import { FAILED_ATTEMPT, FAILED_EXECUTION } from '../test/support/api.ts';
import { inBulk, manyRecordsId, storeManyRecords } from '../test/support/many-records.ts';
import { stackTrace } from '../test/support/stack-trace.ts';
import { SILENT } from '../test/support/store.ts';
import { type Servers, queryOnce } from './servers.ts';

/** Frames of a stack trace: about 3 KB. */
const FRAMES = 35;
/** Different ones. */
const TRACES = 61;
/** How often the executions with a history were tried before they succeeded. */
const ATTEMPTS = 4;
/** More versions than that life has. */
const LONGEST = 100;

const FILLED = `select coalesce(obj_description('redress'::regnamespace) = $1, false)
  and exists (select from redress.snapshot where aggregate_id = $2) as filled`;

/** The life of one record, as if others had had the same. */
const LIVES = `
insert into redress.event_stream (document)
select stream || jsonb_build_object('id', 'stream-' || key, 'aggregateId', '0Uv' || lpad(n::text, 9, '0') || '1002',
  'commandId', 'command-' || key, 'requestId', 'request-' || key)
from generate_series(1, $1::int) n, unnest($2::jsonb[]) stream, lateral (select n || '-' || (stream ->> 'version')) as keys (key)`;

/**
 * Fills the database of the product with `count` snapshots as a busy installation has them, and the first `histories` of
 * them with the events of a whole life; returns its URL. What an earlier run has filled is taken as it is.
 */
export async function provideManySnapshots(servers: Servers, count: number, histories: number): Promise<string> {
  const { say } = servers;
  const url = await servers.createDatabase('product');
  await migrate(url, SILENT);
  const mark = `${count} snapshots, ${histories} histories`;
  const [found] = await queryOnce<{ filled: boolean }>(url, FILLED, [mark, manyRecordsId(count)]);
  if (found?.filled === true) return url;
  // A run that was ended in the middle has left a part, without its indexes.
  await queryOnce(url, 'drop schema redress cascade');
  await migrate(url, SILENT);
  const life = await liveOnce(url);
  say(`Storing ${count} snapshots …`);
  const traces = Array.from({ length: TRACES }, (_, number) => stackTrace(number, FRAMES));
  await storeManyRecords({ url }, count, traces, (stored) => {
    say(`${stored} of ${count} are stored.`);
  });
  say(`Storing the events of ${histories} records …`);
  await inBulk({ url }, 'event_stream', (session) =>
    session.query(LIVES, [histories, life.map((stream) => JSON.stringify(stream))]),
  );
  await queryOnce(url, `comment on schema redress is '${mark}'`);
  return url;
}

/** The events of an execution that failed again and again until it succeeded, as the service makes them. */
async function liveOnce(url: string): Promise<EventStream[]> {
  const id = 'template';
  const pools = createPools(url, SILENT);
  const error = { ...FAILED_EXECUTION.error, stackTrace: `java.lang.IllegalStateException${stackTrace(1, FRAMES)}` };
  const attempt = () => [
    signal('force_prepare_compensation'),
    signal('apply_execution_failed', { ...FAILED_ATTEMPT, error }),
  ];
  const attempts = Array.from({ length: ATTEMPTS }, attempt).flat();
  const end = [signal('force_prepare_compensation'), signal('apply_execution_success', { executeAt: Date.now() })];
  try {
    await handlerOn(pools).handle(id, [create(Date.now(), { error }), ...attempts, ...end], 0);
    const life = await loadEventStreams(pools.queries, id, 1, LONGEST, LONGEST);
    if (life.length !== 3 + 2 * ATTEMPTS) throw new Error(`a life has ${life.length} versions`);
    return life;
  } finally {
    await pools.end();
    await queryOnce(url, 'delete from redress.event_stream');
    await queryOnce(url, 'delete from redress.snapshot');
  }
}
