import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.ts';
import { type TestStore, openStore } from '../support/store.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROOMS = ['src', 'workflows'];

let page: string;
let store: TestStore;
beforeAll(async () => {
  page = await readFile(`${ROOT}docs/operating.md`, 'utf8');
  store = await openStore();
});
afterAll(() => store.close());

/** Every text of this form on the page, each once. */
const named = (form: RegExp): string[] => [...new Set(Array.from(page.matchAll(form), ([text]) => text))].sort();

/** The name of every metric of ours. */
async function metricNames(): Promise<string[]> {
  const metrics = createMetrics();
  metrics.observe({
    waitingCallers: () => 0,
    poolWaits: () => ({}),
    countOpenRecords: () => Promise.resolve(0),
    readEngagement: () => Promise.resolve({ unengaged: 0, lag: 0 }),
    temporalConnected: () => true,
    feedReaders: () => 0,
    readFeedLag: () => Promise.resolve({ heldBack: 0, subscribers: {} }),
    countDeadLetters: () => Promise.resolve(0),
    commandsIn: () => ({ joined: true, partitions: [], lag: 0, pending: 0, inFlight: 0, problem: null }),
  });
  const text = await metrics.render();
  return Array.from(text.matchAll(/^# TYPE (redress_\w+)/gm), ([, name = '']) => name).sort();
}

/** All code of the service. */
async function readCode(): Promise<string> {
  const files = await Promise.all(
    ROOMS.map(async (room) => (await readdir(`${ROOT}${room}`, { recursive: true })).map((file) => `${room}/${file}`)),
  );
  const sources = files.flat().filter((file) => file.endsWith('.ts'));
  return (await Promise.all(sources.map((file) => readFile(ROOT + file, 'utf8')))).join('\n');
}

describe('the page for the person on call', () => {
  it('names every metric, and none that is not there', async () => {
    expect(named(/\bredress_[a-z_]+\b/g)).toEqual(await metricNames());
  });

  it('names every search attribute, and none that is not there', () => {
    const names = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
    expect(named(/\bCompensation[A-Z]\w+\b/g)).toEqual(names.sort());
  });

  it('quotes lines of the log as the service writes them', async () => {
    const code = await readCode();
    const lines = [
      ...['the workflow of a record cannot be started', 'this process leads', 'a defect: this process ends'],
      ...['finished records are kept for a subscriber that is behind', 'migrated the schema'],
      ...['the workflow thread has not answered for', 'The database was migrated by a newer release'],
      ...['cannot register the search attributes', 'waits and tries again'],
    ];
    const text = page.replaceAll(/\s+/g, ' ');
    for (const line of lines) {
      expect(text).toContain(line);
      expect(code).toContain(line);
    }
  });

  it('shows SQL that Postgres carries out', async () => {
    const statements = Array.from(page.matchAll(/^```sql\n([^]*?)^```/gm), ([, sql = '']) => sql);
    expect(statements).toHaveLength(5);
    for (const statement of statements) await expect(store.sql(statement)).resolves.toBeDefined();
  });

  it('finds who leads', async () => {
    const [, sql = ''] = /### Who leads[^]*?```sql\n([^]*?)```/.exec(page) ?? [];
    const leader = await store.session('starter');
    await leader.query(`select pg_advisory_lock(hashtextextended('redress starter', 0))`);
    expect(await store.sql(sql)).toMatchObject([{ application_name: 'redress starter' }]);
    await leader.end();
  });
});
