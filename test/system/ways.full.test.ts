import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { EventStream, Snapshot } from '../../src/domain/index.ts';
import { checkRecord } from '../support/check-events.ts';
import { eventually } from '../support/eventually.ts';
import { EXECUTED, type Executor, type Way, createExecutor } from '../support/executor.ts';
import { createRecord } from '../support/records.ts';
import { freePort } from '../support/redress.ts';
import { temporalAddress } from '../support/servers.ts';
import { type System, openSystem } from '../support/system.ts';
import { statusOf } from '../support/workflows.ts';

/** Records of each way, half of which are made when the service is back. */
const RECORDS = 30;
/** Milliseconds between the instants at which two of them are due. */
const STEP = 100;
/**
 * Seconds of an attempt, by turns: a short one may be over before anybody is back; a patient one never times out, since it
 * is begun again under its key, or fails soon because of what was killed.
 */
const SHORT = 3;
const PATIENT = 60;
/** Milliseconds for everything to be made up for. */
const SETTLING = 90_000;

let folder: string;
let ports: { readonly redress: number; readonly http: number };
let system: System;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redress-ways-'));
  ports = { redress: await freePort(), http: await freePort() };
  const TARGETS_FILE = join(folder, 'targets.yaml');
  await writeFile(
    TARGETS_FILE,
    `targets:
  - { name: http, kind: http, match: { context: http }, url: 'http://127.0.0.1:${ports.http}/', allow: ['127.0.0.1'] }
  - { name: temporal, kind: temporal, match: { context: temporal }, taskQueue: retries, heartbeatTimeout: 2 }
  - { name: feed, kind: event, match: { context: feed } }
`,
  );
  system = await openSystem({ TARGETS_FILE, PORT: String(ports.redress) });
});
afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true });
});

/** Starts what executes the retries that go this way. */
async function startExecutor(way: Way): Promise<Executor> {
  const executor = createExecutor({
    way,
    journal: join(folder, `${way}.journal`),
    port: ports.http,
    redress: `http://127.0.0.1:${ports.redress}`,
    temporal: temporalAddress(),
    namespace: system.namespace,
    taskQueue: 'retries',
  });
  onTestFinished(() => executor.kill());
  await executor.start();
  return executor;
}

/** Makes records with these numbers, whose retries fall due one after the other. */
async function createRecords(way: Way, from: number, to: number): Promise<string[]> {
  const retrySpec = { maxRetries: 10, minBackoff: 1 };
  const firstDueAt = Date.now() + 500;
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  return Promise.all(
    numbers.map((number) =>
      createRecord(system, `${way}-${number}`, {
        function: { functionKind: 'EVENT', contextName: way, ...EXECUTED },
        retrySpec: { ...retrySpec, executionTimeout: number % 2 === 0 ? SHORT : PATIENT },
        executeAt: firstDueAt + (number - from) * STEP - retrySpec.minBackoff * 1_000,
      }),
    ),
  );
}

/** Waits until some of these records have been attempted and the executor is in the middle of two of them. */
const untilInTheMiddle = (executor: Executor, ids: readonly string[]): Promise<void> =>
  eventually(() => {
    const areOurs = (key: string): boolean => ids.some((id) => key.startsWith(`${id}:`));
    const [begun, underWay] = [executor.begun(), executor.underWay()].map((keys) => keys.filter(areOurs).length);
    if (Number(begun) < 5 || Number(underWay) < 2) throw new Error(`${begun} were begun, ${underWay} are under way`);
  }, SETTLING);

/** One attempt, and what became of it. */
interface Attempt {
  readonly key: string;
  readonly isPatient: boolean;
  /** `timed out`, the code of its error, or `success`, be it that of the attempt before, which was late. */
  readonly end: string;
}

const attemptsOf = (events: readonly EventStream[]): Attempt[] =>
  events.flatMap(({ aggregateId, body: [event] }, index) => {
    if (event.name !== 'compensation_prepared') return [];
    const { retries, retryAt, timeoutAt } = event.body.retryState;
    const isPatient = timeoutAt - retryAt === PATIENT * 1_000;
    return [{ key: `${aggregateId}:${retries}`, isPatient, end: endBy(events[index + 1]) }];
  });

function endBy(next: EventStream | undefined): string {
  const event = next?.body[0];
  if (event?.name === 'execution_failed_applied') return event.body.error.errorCode;
  if (event?.name === 'execution_success_applied') return 'success';
  return event?.name === 'compensation_prepared' ? 'timed out' : 'nothing';
}

/** Ends of attempts whose time was over: a patient one that has one of these was forgotten. */
const LATE_ENDS = ['timed out', 'RequestTimeout', 'NoWorker'];
/** Ends that an attempt may have that was never begun: whoever should have done so was away. */
const UNBEGUN_ENDS = [...LATE_ENDS, 'success', 'TargetUnreachable', 'ConnectionLost', 'HeartbeatTimeout'];

/** What is wrong with one record, after all that happened to it. */
function problemsOf(events: readonly EventStream[], snapshot: Snapshot, begun: ReadonlySet<string>): string[] {
  const attempts = attemptsOf(events);
  // The outcome names its attempt in the id of its request.
  const succeeded = /:(\d+)(?::succeeded)?$/.exec(events.at(-1)?.requestId ?? '')?.[1] ?? '';
  const id = snapshot.aggregateId;
  return [
    ...checkRecord(events, snapshot),
    ...attempts
      .filter(({ key, end }) => !begun.has(key) && !UNBEGUN_ENDS.includes(end))
      .map(({ key, end }) => `${key} was never begun, and its end is: ${end}`),
    ...attempts
      .filter(({ isPatient, end }) => isPatient && LATE_ENDS.includes(end))
      .map(({ key, end }) => `${key} was forgotten, and its end is: ${end}`),
    ...(begun.has(`${id}:${succeeded}`) ? [] : [`attempt ${succeeded} succeeded without being begun`]),
  ].map((problem) => `${id}: ${problem}`);
}

/** The attempts of a way whose outcome is not known yet. */
async function inFlight(way: Way): Promise<string[]> {
  const rows = await system.sql<{ key: string }>(
    `select aggregate_id || ':' || (document #>> '{state,retryState,retries}') as key from redress.snapshot
where document #>> '{state,status}' = 'PREPARED' and document #>> '{state,function,contextName}' = $1`,
    [way],
  );
  return rows.map(({ key }) => key);
}

it.each(['http', 'temporal', 'feed'] as const)(
  'retries on the way %s all succeed, though the service and what executes them are killed in the middle',
  async (way) => {
    const executor = await startExecutor(way);
    const first = await createRecords(way, 0, RECORDS / 2);
    await untilInTheMiddle(executor, first);
    await system.redress.kill();
    const withService = await inFlight(way);
    await system.start();
    const second = await createRecords(way, RECORDS / 2, RECORDS);
    await untilInTheMiddle(executor, second);
    await executor.kill();
    const withExecutor = await inFlight(way);
    await pause(1_000);
    await executor.start();

    const ids = [...first, ...second];
    const snapshots = () => Promise.all(ids.map((id) => system.api.snapshot(id)));
    const open = async (): Promise<string[]> =>
      (await snapshots()).flatMap(({ aggregateId, state: { status } }) =>
        status === 'SUCCEEDED' ? [] : [`${aggregateId} is ${status}`],
      );
    await expect.poll(open, { timeout: SETTLING, interval: 500 }).toEqual([]);
    const workflows = () => Promise.all(ids.map((id) => statusOf(system, id)));
    await expect.poll(workflows, { timeout: 15_000 }).toEqual(ids.map(() => 'COMPLETED'));

    const begun = executor.begun();
    const records = await Promise.all(
      (await snapshots()).map(async (snapshot) => ({
        snapshot,
        events: await system.api.events(snapshot.aggregateId),
      })),
    );
    expect(records.flatMap(({ events, snapshot }) => problemsOf(events, snapshot, new Set(begun)))).toEqual([]);

    const attempts = records.flatMap(({ events }) => attemptsOf(events));
    const prepared = attempts.map(({ key }) => key);
    expect(prepared).toEqual([...new Set(prepared)]);
    expect(begun.filter((key) => !prepared.includes(key))).toEqual([]);
    // Nothing is begun twice but what was in flight when something was killed.
    const again = begun.filter((key, index) => begun.indexOf(key) !== index);
    expect(again.filter((key) => ![...withService, ...withExecutor].includes(key))).toEqual([]);

    const unbegun = Map.groupBy(
      attempts.filter(({ key }) => !begun.includes(key)),
      ({ end }) => end,
    );
    console.log(
      `${way}: ${prepared.length} attempts, ${withService.length} in flight when the service was killed and ` +
        `${withExecutor.length} when the executor was, ${again.length} begun again, ` +
        `never begun: ${[...unbegun].map(([end, some]) => `${some.length} ${end}`).join(', ') || 'none'}`,
    );
  },
  SETTLING * 3,
);
