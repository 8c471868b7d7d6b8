import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowId } from '../../src/temporal/names.ts';
import type { Answer } from '../support/api.ts';
import { createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { runIdOf, statusOf, workflowOf } from '../support/workflows.ts';

/** Commands to one record that may be on their way: 32 in flight, the others wait for them. */
const MAX_ON_THEIR_WAY = 32 + 256;
/** Events after which the workflow goes on in a new run. */
const MAX_HISTORY_LENGTH = 1_000;

let system: System;

beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

const record = (id: string): Promise<string> => createRecord(system, id);

const tag = (id: string, index: number): Promise<Answer> =>
  system.api.command(id, 'default_apply_resource_tags', { tags: { sender: [String(index)] } });

const versionsOf = async (id: string): Promise<number[]> => {
  const rows = await system.sql<{ version: number }>(
    'select version from redress.event_stream where aggregate_id = $1 order by version',
    [id],
  );
  return rows.map(({ version }) => version);
};

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

it('answers 200 commands to one record that are sent at once, each with a version of its own', async () => {
  const id = await record('crowd');
  const answers = await Promise.all(upTo(200).map((index) => tag(id, index)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const versions = answers.map(({ body }) => body.aggregateVersion).sort((a, b) => Number(a) - Number(b));
  expect(versions).toEqual(upTo(201).slice(1));
  expect(await versionsOf(id)).toEqual(upTo(201));
});

it('turns away what is too much for one record, and carries out all the rest', async () => {
  const id = await record('flood');
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  await client.query('begin');
  await client.query('select from redress.snapshot where aggregate_id = $1 for update', [id]);
  let turnedAway = 0;
  let letGo: Promise<void> | undefined;
  const answers = await Promise.all(
    upTo(MAX_ON_THEIR_WAY + 12).map(async (index) => {
      const answer = await tag(id, index);
      if (answer.status === 429) turnedAway += 1;
      // Until then nothing was decided, so that none of them was let in too early.
      if (turnedAway === 12) letGo ??= client.end();
      return answer;
    }),
  );
  await letGo;
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused).toHaveLength(12);
  for (const { status, headers, body } of refused) {
    expect([status, headers.get('retry-after'), body.errorCode]).toEqual([429, '1', 'TooManyRequests']);
  }
  expect(await versionsOf(id)).toEqual(upTo(MAX_ON_THEIR_WAY + 1));
});

it('goes on in a new run once the history is long, without losing a command', async () => {
  const id = await record('long-life');
  const first = await runIdOf(system, id);
  const answers: Answer[] = [];
  const send = async (): Promise<void> => void answers.push(await tag(id, answers.length));
  let isLong = false;
  const call = async (): Promise<void> => {
    while (!isLong) await send();
  };
  const lengthen = async (): Promise<void> => {
    while (!isLong) {
      // Temporal fails a task during which more than a hundred signals arrive, so each batch waits for a command.
      await Promise.all(upTo(50).map(() => workflowOf(system, id).signal('redress_sync')));
      await send();
      isLong = (await runIdOf(system, id)) !== first;
    }
  };
  await Promise.all([lengthen(), ...upTo(10).map(call)]);
  await send();
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await versionsOf(id)).toEqual(upTo(answers.length + 1));
  expect(await statusOf(system, id)).toBe('RUNNING');
  const { historyLength } = await system.temporal.workflow.getHandle(workflowId(id), first).describe();
  expect(historyLength).toBeGreaterThan(MAX_HISTORY_LENGTH);
  expect(historyLength).toBeLessThan(2 * MAX_HISTORY_LENGTH);
}, 60_000);
