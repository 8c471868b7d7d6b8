import pg from 'pg';
import { type QueryContext, pagedQuery } from '../src/query/index.ts';
import { consolePages } from '../test/support/console-queries.ts';
import { MANY_RECORDS_NOW } from '../test/support/many-records.ts';

const CONTEXT: QueryContext = {
  subject: 'snapshot',
  result: 'document',
  ownerId: '',
  spaceId: '',
  now: MANY_RECORDS_NOW,
  zone: 'UTC',
  guard: false,
};

/** Pages of 8 KiB that Postgres looked at for a page of a console, and milliseconds that it took. */
export interface Plan {
  readonly name: string;
  readonly rows: Cost;
  readonly total: Cost;
}

interface Cost {
  readonly buffers: number;
  readonly took: number;
}

interface Explained {
  readonly Plan: { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number };
  readonly 'Execution Time': number;
}

/** What the pages of both consoles cost in Postgres, with the values that record `n` has: it does not depend on what else is busy. */
export async function explainPages(databaseUrl: string, n: number): Promise<readonly Plan[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'redress bench' });
  await client.connect();
  const explain = async ({ text, values }: { text: string; values: readonly unknown[] }): Promise<Cost> => {
    const { rows } = await client.query<{ 'QUERY PLAN': readonly [Explained] }>(
      `explain (analyze, buffers, timing off, format json) ${text}`,
      [...values],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('there is no plan');
    const [{ Plan: plan, 'Execution Time': took }] = row['QUERY PLAN'];
    return { buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], took };
  };
  const plans: Plan[] = [];
  try {
    for (const { name, body } of consolePages(MANY_RECORDS_NOW, n)) {
      const { rows, total } = pagedQuery(body, CONTEXT);
      plans.push({ name, rows: await explain(rows), total: await explain(total) });
    }
    return plans;
  } finally {
    await client.end();
  }
}
