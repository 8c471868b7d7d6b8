import { isDeepStrictEqual } from 'node:util';
import {
  type DomainEvent,
  deadline,
  type EventStream,
  evolve,
  notBeforeAfter,
  RESERVED_PREFIX,
  retryId,
  type RetryState,
  type Snapshot,
  type State,
} from '../../src/domain/index.ts';

/** What stands beside the snapshot in its row; both epoch milliseconds. */
export interface StoredColumns {
  readonly deadline: number | null;
  readonly notBefore: number | null;
}

/** The record as it was when the next stream was written. */
interface Before {
  readonly record: Snapshot | null;
  readonly notBefore: number | null;
}

/**
 * What is wrong with a record: `streams` are all of its event streams in the order of their versions, `snapshot` is what
 * is stored as its newest state. Nothing, where every promise was kept: no version is missing or there twice, no request
 * or command took effect twice, time never ran backwards, every event was possible where it stands, the timer prepared
 * only what was due, and what is stored follows from the events.
 */
export function checkRecord(
  streams: readonly EventStream[],
  snapshot: Snapshot | null,
  columns?: StoredColumns,
): string[] {
  const problems: string[] = [...repeated(streams, 'requestId'), ...repeated(streams, 'commandId')];
  let before: Before = { record: null, notBefore: null };
  for (const stream of streams) {
    const expected = (before.record?.version ?? 0) + 1;
    if (stream.version !== expected) return [...problems, `version ${stream.version} stands where ${expected} belongs`];
    const found = [...timeProblems(before, stream), ...eventProblems(before, stream), ...retryProblems(before, stream)];
    problems.push(...found.map((problem) => `version ${stream.version}: ${problem}`));
    try {
      const record = evolve(before.record, stream);
      before = { record, notBefore: notBeforeAfter(before.notBefore, stream) };
    } catch (error) {
      return [...problems, `version ${stream.version}: ${String(error)}`];
    }
  }
  return [...problems, ...snapshotProblems(before, snapshot), ...columnProblems(before, columns)];
}

function repeated(streams: readonly EventStream[], key: 'requestId' | 'commandId'): string[] {
  const ids = streams.map((stream) => stream[key]);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return twice.map((id) => `${key} ${id} took effect more than once`);
}

function timeProblems({ record }: Before, { createTime, aggregateId }: EventStream): string[] {
  if (record === null) return [];
  return [
    ...(createTime < record.eventTime ? [`time ran back from ${record.eventTime} to ${createTime}`] : []),
    ...(aggregateId === record.aggregateId ? [] : [`it belongs to record ${aggregateId}`]),
  ];
}

/** Whether the event could happen at all where it stands (contract 3.3), and an attempt carries the times that follow. */
function eventProblems({ record }: Before, { body: [event], createTime }: EventStream): string[] {
  if (record === null) return event.name === 'execution_failed_created' ? [] : [`${event.name} is its first event`];
  const { state, deleted } = record;
  const recovers = event.name === 'default_aggregate_recovered';
  if (recovers !== deleted) return [`${event.name} of a record that is ${deleted ? '' : 'not '}deleted`];
  switch (event.name) {
    case 'execution_failed_created':
      return ['it was created before'];
    case 'compensation_prepared':
      return prepareProblems(state, event, createTime);
    case 'execution_failed_applied':
    case 'execution_success_applied':
      return state.status === 'PREPARED' ? [] : [`${event.name} while ${state.status}`];
    default:
      return [];
  }
}

function prepareProblems(
  { status, retryState, retrySpec }: State,
  { body }: DomainEvent & { name: 'compensation_prepared' },
  now: number,
): string[] {
  const retries = retryState.retries + 1;
  const expected: RetryState = {
    retries,
    retryAt: now,
    timeoutAt: now + retrySpec.executionTimeout * 1000,
    nextRetryAt: now + retrySpec.minBackoff * 2 ** retries * 1000,
  };
  return [
    ...(status === 'SUCCEEDED' ? ['prepared after the success'] : []),
    ...(status === 'PREPARED' && now <= retryState.timeoutAt ? ['prepared while another attempt ran'] : []),
    ...(isDeepStrictEqual(body.retryState, expected) ? [] : [`the retry state should be ${JSON.stringify(expected)}`]),
  ];
}

/** The invariant of automatic retries: one prepare per version at most, of exactly that version, and only when it was due. */
function retryProblems({ record, notBefore }: Before, stream: EventStream): string[] {
  if (!stream.requestId.startsWith(`${RESERVED_PREFIX}retry:`)) return [];
  if (record === null) return ['the timer made it the first version'];
  const { state, version } = record;
  const expected = retryId(record.aggregateId, version);
  const due = deadline(record, notBefore);
  const now = stream.createTime;
  // Spelled out beside deadline(), so that a mistake there does not go unnoticed here.
  const early = [
    ...(state.recoverable === 'UNRECOVERABLE' ? ['it was unrecoverable'] : []),
    ...(state.retryState.retries >= state.retrySpec.maxRetries ? ['its retries were used up'] : []),
    ...(now < state.retryState.nextRetryAt ? [`its back-off lasted until ${state.retryState.nextRetryAt}`] : []),
    ...(now < (notBefore ?? now) ? [`it was postponed until ${notBefore ?? ''}`] : []),
    ...(due === null || due > now ? [`its deadline was ${due ?? 'none'}`] : []),
  ];
  return [
    ...(stream.requestId === expected ? [] : [`${stream.requestId} stands where ${expected} belongs`]),
    ...(stream.commandId === stream.requestId ? [] : [`its command id is ${stream.commandId}`]),
    ...(stream.body[0].name === 'compensation_prepared' ? [] : [`the timer made it ${stream.body[0].name}`]),
    ...early.map((problem) => `the timer prepared at ${now}, but ${problem}`),
  ];
}

function snapshotProblems({ record }: Before, snapshot: Snapshot | null): string[] {
  if (record === null) return snapshot === null ? [] : ['there is a snapshot but no event'];
  if (snapshot === null) return ['there are events but no snapshot'];
  const keys = Object.keys({ ...snapshot, ...record }) as (keyof Snapshot)[];
  return keys
    .filter((key) => !isDeepStrictEqual(snapshot[key], record[key]))
    .map(
      (key) => `${key} of the snapshot is ${JSON.stringify(snapshot[key])} instead of ${JSON.stringify(record[key])}`,
    );
}

function columnProblems({ record, notBefore }: Before, columns: StoredColumns | undefined): string[] {
  if (columns === undefined || record === null) return [];
  const due = deadline(record, notBefore);
  return [
    ...(columns.notBefore === notBefore
      ? []
      : [`not_before is ${columns.notBefore ?? 'null'} instead of ${notBefore ?? 'null'}`]),
    ...(columns.deadline === due ? [] : [`deadline is ${columns.deadline ?? 'null'} instead of ${due ?? 'null'}`]),
  ];
}
