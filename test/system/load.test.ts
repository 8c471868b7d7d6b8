import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer } from '../support/api.ts';
import { createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { workflowOf } from '../support/workflows.ts';

/** More than the history of one run may hold, with at least one event for each. */
const COMMANDS = 900;
const CALLERS = 32;

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
  const answers = await Promise.all(upTo(500).map((index) => tag(id, index)));
  const accepted = answers.filter(({ status }) => status === 200).length;
  const refused = answers.filter(({ status }) => status === 429);
  expect(accepted + refused.length).toBe(500);
  expect(refused.length).toBeGreaterThan(0);
  for (const { headers, body } of refused) {
    expect([headers.get('retry-after'), body.errorCode]).toEqual(['1', 'TooManyRequests']);
  }
  expect(await versionsOf(id)).toEqual(upTo(accepted + 1));
});

it('goes on in a new run once the history is long, without losing a command', async () => {
  const id = await record('long-life');
  const { runId } = await workflowOf(system, id).describe();
  const waiting = upTo(COMMANDS);
  const answers: Answer[] = [];
  const caller = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) answers.push(await tag(id, next));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await versionsOf(id)).toEqual(upTo(COMMANDS + 1));
  const now = await workflowOf(system, id).describe();
  expect([now.runId === runId, now.status.name]).toEqual([false, 'RUNNING']);
  expect(now.historyLength).toBeLessThan(1_100);
});
