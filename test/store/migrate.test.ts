import { readFile, readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnusable, migrate } from '../../src/store/index.ts';
import { freePort } from '../support/redress.ts';
import { type TestDatabase, createDatabase } from '../support/servers.ts';
import { SILENT } from '../support/store.ts';

const MIGRATIONS = new URL('../../src/store/migrations/', import.meta.url);

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const migrations = async (): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>('select name from redress.migration order by id');
  return rows.map(({ name }) => name);
};

describe('the schema', () => {
  it('is there after the first start, and the second finds nothing to do', async () => {
    await migrate(database.url, SILENT);
    const applied = await migrations();
    expect(applied[0]).toBe('0001_records');
    await client.query(`insert into redress.refusal values ('kept', 'a', 'c', 'm', 1, true)`);
    await migrate(database.url, SILENT);
    expect(await migrations()).toEqual(applied);
    expect((await client.query('select from redress.refusal')).rowCount).toBe(1);
  });

  it('is made once by four processes that start at the same moment', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migrate(database.url, SILENT)));
    const applied = await migrations();
    expect(new Set(applied).size).toBe(applied.length);
    expect((await client.query('select from redress.snapshot')).rowCount).toBe(0);
  });

  it('of a later release is left alone, and the message says what to do', async () => {
    await migrate(database.url, SILENT);
    await client.query(`insert into redress.migration (name, run_on) values ('9001_from_the_future', now())`);
    const refused = migrate(database.url, SILENT);
    await expect(refused).rejects.toThrow(StoreUnusable);
    await expect(refused).rejects.toThrow(/newer release of Redress \(9001_from_the_future\).*Start that release/);
  });

  it('is taken back step by step as docs/operating.md says, and made anew', async () => {
    await migrate(database.url, SILENT);
    const applied = await migrations();
    for (const name of applied.toReversed()) {
      const [, down = ''] = (await readFile(new URL(`${name}.sql`, MIGRATIONS), 'utf8')).split('-- Down Migration');
      await client.query(down);
      await client.query('delete from redress.migration where name = $1', [name]);
    }
    expect((await readdir(MIGRATIONS)).sort()).toEqual(applied.map((name) => `${name}.sql`));
    expect((await client.query(`select tablename from pg_tables where schemaname = 'redress'`)).rows).toEqual([
      { tablename: 'migration' },
    ]);
    await migrate(database.url, SILENT);
    expect(await migrations()).toEqual(applied);
  });

  it('is not asked for where nobody answers', async () => {
    const url = new URL(database.url);
    url.port = String(await freePort());
    await expect(migrate(url.href, SILENT)).rejects.toThrow(StoreUnusable);
  });

  it('is not asked for in a database that is not there, and the message says what to correct', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    const refused = migrate(url.href, SILENT);
    await expect(refused).rejects.toThrow(StoreUnusable);
    await expect(refused).rejects.toThrow(/"nowhere" does not exist.*DATABASE_URL/);
  });
});
