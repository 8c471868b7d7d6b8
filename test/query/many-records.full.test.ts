import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeOptions } from '../../local/node-options.ts';
import { type QueryContext, type RowsQuery, listQuery, pagedQuery, singleQuery } from '../../src/query/index.ts';
import { type OpenRecord, findUnengaged } from '../../src/store/index.ts';
import { CONSOLE_PAGES, details, newHistory, oldHistory } from '../support/console-queries.ts';
import { MANY_RECORDS_NOW, manyRecordsId, storeManyEventStreams, storeManyRecords } from '../support/many-records.ts';
import { monotonousTrace } from '../support/stack-trace.ts';
import { type TestStore, openStore } from '../support/store.ts';

const RECORDS = 200_000;
const ID = manyRecordsId(102);

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
  // Stack traces of 20 frames are about 2 KB.
  await storeManyRecords(store, RECORDS, [monotonousTrace(20)]);
  await storeManyEventStreams(store, 5_000, 20);
}, 240_000);
afterAll(() => store.close());

interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

interface Explained {
  readonly found: number;
  readonly buffers: number;
  readonly plan: string;
}

/** How many rows a statement finds, how many buffers it takes, and the plan that says why. */
async function explainStatement(text: string, values: readonly unknown[]): Promise<Explained> {
  const [row] = await store.sql<{ 'QUERY PLAN': readonly [{ Plan: Plan }] }>(
    `explain (analyze, buffers, timing off, format json) ${text}`,
    values,
  );
  if (row === undefined) throw new Error('there is no plan');
  const [{ Plan: plan }] = row['QUERY PLAN'];
  return {
    found: plan['Actual Rows'],
    buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    plan: JSON.stringify(plan, null, 1),
  };
}

/** The most buffers of a statement. */
const MOST = 200;

describe('among 200,000 records a query of a console reads at most 200 buffers', () => {
  const context = (subject: QueryContext['subject']): QueryContext => ({
    subject,
    result: 'document',
    ownerId: '',
    spaceId: '',
    now: MANY_RECORDS_NOW,
    zone: 'UTC',
    guard: false,
  });

  const explain = ({ rows }: RowsQuery): Promise<Explained> => explainStatement(rows.text, rows.values);

  test.each(CONSOLE_PAGES)('$name', async ({ body }) => {
    const { buffers, plan } = await explain(pagedQuery(body, context('snapshot')));
    expect(buffers, plan).toBeLessThanOrEqual(MOST);
  });

  test('and the tabs have something to show', async () => {
    const tabs = CONSOLE_PAGES.filter(({ name }) => !name.includes(', by '));
    for (const { name, body } of tabs) {
      expect((await explain(pagedQuery(body, context('snapshot')))).found, name).toBe(50);
    }
  });

  test.each([
    ['the history of a record in the old console', listQuery(oldHistory(ID), context('event_stream')), 10],
    ['the history of a record in the new console', pagedQuery(newHistory(ID), context('event_stream')), 10],
    ['the details of a record', singleQuery(details(ID), context('snapshot')), 1],
  ])('%s', async (_name, query, rows) => {
    const { found, buffers, plan } = await explain(query);
    expect(found).toBe(rows);
    expect(buffers, plan).toBeLessThanOrEqual(MOST);
  });
});

describe('a list of 200,000 records', () => {
  const QUERY_PROCESS = fileURLToPath(new URL('../support/query-process.ts', import.meta.url));
  const MOST_GROWTH = 64 * 1024 * 1024;
  const ONE_ROW = '"aggregateId":"';

  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    // With the limits under which the service runs.
    child = fork(QUERY_PROCESS, [store.url], { execArgv: nodeOptions({}).split(' ') });
    [{ url }] = (await once(child, 'message')) as [{ url: string }];
  });
  afterAll(() => child.kill());

  /** Sends a query and gives the answer as soon as its headers are there. */
  async function list(accept: string, limit: number): Promise<IncomingMessage> {
    const sent = request(`${url}/execution_failed/snapshot/list`, {
      method: 'POST',
      agent: false,
      headers: { Accept: accept, 'Content-Type': 'application/json' },
    });
    // What is left out does not change how the rows are read, only how long the test takes.
    sent.end(
      JSON.stringify({
        condition: { operator: 'ALL' },
        projection: { exclude: ['state.error', 'state.eventId'] },
        limit,
      }),
    );
    return ((await once(sent, 'response')) as [IncomingMessage])[0];
  }

  async function memory(): Promise<{ peak: number; now: number }> {
    child.send('memory');
    return ((await once(child, 'message')) as [{ peak: number; now: number }])[0];
  }

  test.each(['text/event-stream', 'application/json'])(
    'is out as %s within 64 MB of memory, its first row within 100 ms',
    { timeout: 120_000 },
    async (accept) => {
      (await list(accept, 1_000)).resume();
      await delay(300);
      const before = await memory();
      const began = performance.now();
      let first = 0;
      let rows = 0;
      let rest = '';
      for await (const chunk of (await list(accept, 0)) as AsyncIterable<Buffer>) {
        first ||= performance.now() - began;
        const parts = (rest + chunk.toString('latin1')).split(ONE_ROW);
        rows += parts.length - 1;
        rest = (parts.at(-1) ?? '').slice(1 - ONE_ROW.length);
      }
      expect((await memory()).peak - before.now).toBeLessThan(MOST_GROWTH);
      expect(rows).toBe(RECORDS);
      expect(first).toBeLessThan(100);
    },
  );
});

// The last: it changes the records.
describe('of 2,000 attempts that are out when Temporal is lost', () => {
  /** A tenth of the starter's: each record is read by its id too, which takes four. */
  const PAGE = 25;
  let first: readonly OpenRecord[];
  let looks: readonly Explained[];

  beforeAll(async () => {
    await store.sql("update redress.snapshot set engaged = 0 where status = 'PREPARED'");
    await store.sql('analyze redress.snapshot');
    const { queries: pool } = store;
    const search = { before: Number.MIN_SAFE_INTEGER, pushedAt: MANY_RECORDS_NOW };
    first = await findUnengaged(pool, 1, search, [], PAGE);
    const explained: Explained[] = [];
    const query: typeof pool.query = async (statement, values) => {
      explained.push(await explainStatement(statement.text, values));
      return await pool.query(statement, values);
    };
    await findUnengaged({ ...pool, query }, 1, search, [], PAGE);
    looks = explained;
  });

  test('those are found whose time ends first', () => {
    // One a second was tried, of fifty one is PREPARED, and its time is two minutes.
    const lastEnded = RECORDS / 2 - 120;
    const numbers = Array.from({ length: RECORDS - lastEnded }, (_, offset) => lastEnded + 1 + offset);
    const prepared = numbers.filter((n) => n % 50 === 4).slice(0, PAGE);
    expect(first.map(({ id }) => id).sort()).toEqual(prepared.map(manyRecordsId));
  });

  test('each look at the next page reads at most 200 buffers', () => {
    expect(looks.map(({ found }) => found)).toContain(PAGE);
    for (const { buffers, plan } of looks) expect(buffers, plan).toBeLessThanOrEqual(MOST);
  });
});
