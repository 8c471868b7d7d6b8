import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventStream } from '../../src/domain/index.ts';
import { FAILED_ATTEMPT } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { type TestStore, openStore } from '../support/store.ts';
import { type System, openSystem } from '../support/system.ts';
import { statusOf } from '../support/workflows.ts';
import { linesOf, lifeOf } from './given.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'src/main.ts');
const PAGE = join(ROOT, 'docs/migrating.md');

const isThere = (tool: string): boolean => {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

let source: System;
let target: System;
let folder: string;
beforeAll(async () => {
  [source, target, folder] = await Promise.all([
    openSystem({ AUTO_RETRY: 'off' }),
    openSystem(),
    mkdtemp(join(tmpdir(), 'redress-import-')),
  ]);
});
afterAll(async () => {
  await Promise.all([source.close(), target.close(), rm(folder, { recursive: true })]);
});

it('what one Redress has exported and another has imported is the same to every query', async () => {
  await createRecord(source, 'waiting');
  await createRecord(source, 'due', {
    executeAt: Date.now(),
    retrySpec: { maxRetries: 3, minBackoff: 0, executionTimeout: 60 },
  });
  await createRecord(source, 'over', {}, { 'Command-Owner-Id': 'somebody' });
  await source.api.command('over', 'prepare_compensation');
  await source.api.command('over', 'apply_execution_failed', FAILED_ATTEMPT);
  await source.api.command('over', 'default_apply_resource_tags', { tags: { team: ['billing'] } });
  await source.api.command('over', 'default_delete_aggregate');

  const file = join(folder, 'events.sse');
  await writeFile(file, await exportFrom(source));
  const imported = await importInto(target.databaseUrl, [file]);
  expect(imported).toMatchObject({
    code: 0,
    stdout: 'Event streams: 7 read, 7 taken, 0 there already, 0 refused.\n',
  });

  for (const what of ['event', 'snapshot'] as const) {
    // Before the record that is due goes on: that one by itself.
    const body = {
      condition: {
        operator: 'AND',
        children: [
          { field: 'aggregateId', operator: 'NE', value: 'due' },
          { operator: 'DELETED', value: 'ALL' },
        ],
      },
      sort: [
        { field: 'aggregateId', direction: 'ASC' },
        { field: 'version', direction: 'ASC' },
      ],
      limit: 100,
    };
    expect(await listOf(target, what, body)).toEqual(await listOf(source, what, body));
  }
  await eventually(async () => {
    expect(await statusOf(target, 'waiting')).toBe('RUNNING');
  }, 20_000);
  // The starter has found what is due, and its workflow has prepared it.
  expect((await atVersion(target, 'due', 2)).state.status).toBe('PREPARED');

  const again = await importInto(target.databaseUrl, [file]);
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/0 taken, 7 there already, 0 refused\.\nNothing has changed\.\n$/) as string,
  });
}, 120_000);

it.runIf(isThere('curl') && isThere('jq'))(
  'the commands of the page about migrating export everything, also in parts',
  async () => {
    const env = { ...process.env, RECORDER: source.redress.url };
    for (const [name, change] of [
      ['export', ''],
      ['export in parts', '"limit": 2'],
    ] as const) {
      const script = (await snippet(name)).replace('"limit": 1000', change);
      expect(await resultOf(spawn('sh', ['-euc', script], { env, cwd: folder }))).toMatchObject({ code: 0 });
    }
    const atOnce = streamsIn(await readFile(join(folder, 'events.sse'), 'utf8'));
    expect(atOnce.length).toBeGreaterThan(2);
    expect(streamsIn(await readFile(join(folder, 'events.ndjson'), 'utf8'))).toEqual(atOnce);
  },
);

it('ends at Ctrl-C, and goes on from standard input when it is run again', async () => {
  const store = await openStore();
  try {
    const ids = Array.from({ length: 1_500 }, (_, index) => `many-${index}`);
    const input = linesOf(ids.flatMap(lifeOf));
    const stopped = startImport(store.url, ['-']);
    stopped.stdin.on('error', () => undefined);
    stopped.stdin.end(input);
    await eventually(async () => {
      expect(await countStreams(store)).toBeGreaterThan(0);
    }, 30_000);
    stopped.kill('SIGINT');
    expect(await resultOf(stopped)).toMatchObject({
      code: 130,
      stdout: expect.stringContaining('Run it again, and it goes on') as string,
    });
    const taken = await countStreams(store);
    expect(taken).toBeLessThan(4_500);

    const rest = startImport(store.url, ['-']);
    rest.stdin.end(input);
    expect(await resultOf(rest)).toMatchObject({
      code: 0,
      stdout: `Event streams: 4500 read, ${4_500 - taken} taken, ${taken} there already, 0 refused.\n`,
    });
    expect(await store.check('many-1499')).toEqual([]);
  } finally {
    await store.close();
  }
}, 120_000);

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function startImport(databaseUrl: string, args: readonly string[]) {
  return spawn(process.execPath, [MAIN, 'import', ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' },
  });
}

const importInto = (databaseUrl: string, args: readonly string[]): Promise<Result> =>
  resultOf(startImport(databaseUrl, args));

async function resultOf(child: ReturnType<typeof spawn>): Promise<Result> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('it has no pipes');
  const [[code], out, err] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(stdout),
    text(stderr),
  ]);
  return { code, stdout: out, stderr: err };
}

/** A snippet of the page, behind a comment that names it. */
async function snippet(name: string): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  const found = new RegExp(`<!-- ${name} -->\\s+\`\`\`sh\\n([^]*?)\`\`\``).exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has no snippet ${name}`);
  return found;
}

/** What the page exports at once, with or without curl on this machine. */
async function exportFrom(system: System): Promise<string> {
  const body = /-d '(.*)'/.exec(await snippet('export'))?.[1];
  const answer = await system.api.send('POST', '/execution_failed/event/list', JSON.parse(body ?? ''), {
    Accept: 'text/event-stream',
  });
  return answer.text();
}

const streamsIn = (lines: string): unknown[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line.replace(/^data:/, '')) as EventStream)
    .sort((a, b) => (a.id < b.id ? -1 : 1));

async function listOf(system: System, what: 'event' | 'snapshot', body: object): Promise<unknown[]> {
  const answer = await system.api.send('POST', `/execution_failed/${what}/list`, body);
  const list = (await answer.json()) as unknown[];
  expect(list.length).toBeGreaterThan(0);
  return list;
}

async function countStreams(store: TestStore): Promise<number> {
  const [row] = await store.sql<{ count: string }>('select count(*) from redress.event_stream');
  return Number(row?.count);
}
