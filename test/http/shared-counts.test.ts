import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSharedCounts } from '../../src/http/shared-counts.ts';
import type { Sql } from '../../src/query/index.ts';
import { storeManyRecords } from '../support/many-records.ts';
import { monotonousTrace } from '../support/stack-trace.ts';
import { type QueryDoors, openQueryDoors } from '../support/query-doors.ts';

describe('counts that are asked for at once', () => {
  const CALLERS = 16;
  const RECORDS = 50;

  let doors: QueryDoors;
  beforeAll(async () => {
    doors = await openQueryDoors();
    await storeManyRecords(doors.store, RECORDS, [monotonousTrace(0)]);
  });
  afterAll(() => doors.close());

  const SUCCEEDED = { field: 'state.status', operator: 'EQ', value: 'SUCCEEDED' };

  const count = async (body: unknown, signal: AbortSignal | null = null): Promise<{ status: number; body: string }> => {
    const answer = await fetch(`${doors.url}/execution_failed/snapshot/count`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    return { status: answer.status, body: await answer.text() };
  };

  /** The counts that Postgres works on, by the process that does. */
  const counting = (): Promise<{ pid: number }[]> =>
    doors.store.sql<{ pid: number }>(
      `select pid from pg_stat_activity
where datname = current_database() and state = 'active' and query like 'select (select count(*)%' order by pid`,
    );

  /** Lets no count come to its end while `work` goes on. */
  async function whileNothingIsCounted<Result>(work: () => Promise<Result>): Promise<Result> {
    const session = await doors.store.session('starter');
    await session.query('begin; lock table redress.snapshot in access exclusive mode');
    try {
      return await work();
    } finally {
      await session.query('rollback');
      await session.end();
    }
  }

  const untilCounting = (queries: number) => expect.poll(async () => (await counting()).length).toBe(queries);
  /** Time for all callers to have arrived: nobody can see them wait. */
  const untilAllAreIn = () => new Promise((resolve) => setTimeout(resolve, 300));

  it('share one query, which gives each of them the total; others have one of their own', async () => {
    const { same, other, pages } = await whileNothingIsCounted(async () => {
      const answers = {
        same: Array.from({ length: CALLERS }, () => count(SUCCEEDED)),
        other: count({ ...SUCCEEDED, value: 'FAILED' }),
        pages: Array.from({ length: CALLERS }, () =>
          doors.query('/snapshot/paged', { condition: SUCCEEDED, pagination: { index: 1, size: 1 } }),
        ),
      };
      await untilCounting(2);
      await untilAllAreIn();
      expect(await counting()).toHaveLength(2);
      return answers;
    });
    for (const answer of await Promise.all(same)) expect(answer).toEqual({ status: 200, body: '45' });
    expect(await other).toEqual({ status: 200, body: '4' });
    for (const { body } of await Promise.all(pages)) expect(JSON.parse(body)).toMatchObject({ total: 45 });
  });

  it('come to their end though the caller who was first has left', async () => {
    const leaving = new AbortController();
    const { first, others } = await whileNothingIsCounted(async () => {
      const leaver = count(SUCCEEDED, leaving.signal);
      await untilCounting(1);
      const answers = {
        first: expect(leaver).rejects.toThrow('aborted'),
        others: [count(SUCCEEDED), count(SUCCEEDED)],
      };
      await untilAllAreIn();
      leaving.abort();
      await untilAllAreIn();
      expect(await counting()).toHaveLength(1);
      return answers;
    });
    await first;
    for (const answer of await Promise.all(others)) expect(answer).toEqual({ status: 200, body: '45' });
  });

  it('share its failure, and the next one asks again', async () => {
    const answers = await whileNothingIsCounted(async () => {
      const waiting = [count(SUCCEEDED), count(SUCCEEDED)];
      await untilCounting(1);
      await untilAllAreIn();
      const [running] = await counting();
      await doors.store.sql('select pg_cancel_backend($1)', [running?.pid]);
      return Promise.all(waiting);
    });
    for (const { status } of answers) expect(status).toBe(408);
    expect(await count(SUCCEEDED)).toEqual({ status: 200, body: '45' });
  });

  it('are counted again as soon as they are answered', async () => {
    const everything = { operator: 'ALL' };
    expect(await count(everything)).toMatchObject({ body: String(RECORDS) });
    await doors.store.sql(
      `insert into redress.snapshot (document)
select document || '{"aggregateId":"one-more"}' from redress.snapshot limit 1`,
    );
    expect(await count(everything)).toMatchObject({ body: String(RECORDS + 1) });
  });
});

describe('a count of many', () => {
  const sql = (...values: readonly unknown[]): Sql => ({ text: 'select count(*) as total', values });

  let now: number;
  let asked: number;
  let took: number;
  const counts = (total: number) =>
    createSharedCounts(
      () => {
        asked += 1;
        now += took;
        return Promise.resolve(total);
      },
      () => now,
    );
  beforeEach(() => {
    now = 1_000_000;
    asked = 0;
    took = 0;
  });

  it('is given again for two seconds from where its query began', async () => {
    took = 500;
    const count = counts(50_001);
    expect(await count(sql('a'))).toBe(50_001);
    now += 1_499;
    expect(await count(sql('a'))).toBe(50_001);
    expect(asked).toBe(1);
    now += 1;
    await count(sql('a'));
    expect(asked).toBe(2);
  });

  it('is not given again where it took longer than that, or is not above 50,000', async () => {
    const few = counts(50_000);
    await few(sql());
    await few(sql());
    expect(asked).toBe(2);
    took = 2_000;
    const slow = counts(50_001);
    await slow(sql());
    await slow(sql());
    expect(asked).toBe(4);
  });

  it('is known by its text and its values', async () => {
    const count = counts(60_000);
    for (const values of [['1'], ['2'], [['1']], ['1', '1'], [null], [true], [Number.POSITIVE_INFINITY], []]) {
      await count(sql(...values));
    }
    expect(asked).toBe(8);
    await count({ ...sql('1'), text: 'select count(*) + 1 as total' });
    expect(asked).toBe(9);
  });

  it('makes room for newer ones', async () => {
    const count = counts(60_000);
    for (let value = 0; value <= 1_000; value += 1) await count(sql(value));
    expect(asked).toBe(1_001);
    await count(sql(1));
    expect(asked).toBe(1_001);
    await count(sql(0));
    expect(asked).toBe(1_002);
  });
});
