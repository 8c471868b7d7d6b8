import { expect, it } from 'vitest';
import { type EventStream, type Snapshot, evolve } from '../../../src/domain/index.ts';
import type { CommandResult, WaitStage } from '../../../src/gateway/index.ts';
import { ID, T0, create, fail, prepare, streamsOf } from '../../domain/given.ts';
import type { Wish } from '../../support/fault-ledger.ts';
import { brokenPromises, unsettled, verdict } from './check.ts';
import type { Evidence } from './evidence.ts';

const STREAMS = streamsOf([create(), T0], [prepare(), T0 + 10], [fail(), T0 + 20]);
const DUE = T0 + 360_010;

/** A command that was sent a millisecond before its event, and answered at `stage` a millisecond after it. */
function wishFor(stream: EventStream, stage: WaitStage, errorCode = 'Ok'): Wish {
  const { requestId, commandId, aggregateId, version, createTime } = stream;
  const succeeded = errorCode === 'Ok';
  const result = { stage, requestId, commandId, aggregateId, aggregateVersion: version, succeeded, errorCode };
  const answer = { kind: 'result', status: 200, result: result as CommandResult } as const;
  const sends = [{ stage, at: createTime - 1, answeredAt: createTime + 1, answer }];
  const name = version === 1 ? 'create_execution_failed' : 'prepare_compensation';
  return { name, aggregateId, requestId, body: {}, headers: {}, sends };
}

/** What is found where these streams are stored, and everything that was asked for was answered. */
function evidence(streams: readonly EventStream[], but: Partial<Evidence> = {}): Evidence {
  const snapshot = streams.reduce<Snapshot | null>(evolve, null);
  const deadline = streams.length === STREAMS.length ? DUE : (snapshot?.state.retryState.nextRetryAt ?? null);
  const record = { id: ID, streams, snapshot, open: true, engaged: 1, deadline, notBefore: null };
  return {
    wishes: STREAMS.map((stream) => wishFor(stream, 'PROCESSED')),
    stored: { readAt: T0 + 100, records: streams.length === 0 ? [] : [record], refusals: new Map() },
    deliveries: new Map(),
    seen: streams,
    refusedPlaces: [],
    workflows: [],
    losses: {},
    ...but,
  };
}

it('nothing is found where every promise was kept', () => {
  const kept = evidence(STREAMS, { seen: [...STREAMS, ...STREAMS] });
  expect([...brokenPromises(kept), ...unsettled(kept)]).toEqual([]);
});

it('an acknowledged command that is missing is found', () => {
  expect(brokenPromises(evidence(STREAMS.slice(0, 2)))).toEqual([
    expect.stringMatching(/was answered PROCESSED and there is no event$/),
  ]);
});

it('a command that was only SENT is missed too, unless Temporal lost its database after that', () => {
  const wishes = STREAMS.map((stream) => wishFor(stream, 'SENT'));
  const lost = evidence(STREAMS.slice(0, 2), { wishes });
  expect(brokenPromises(lost)).toEqual([expect.stringMatching(/was SENT and never decided$/)]);
  expect(brokenPromises({ ...lost, losses: { temporalAt: T0 + 30 } })).toEqual([]);
  expect(brokenPromises({ ...lost, losses: { temporalAt: T0 + 15 } })).toHaveLength(1);
});

it('what was acknowledged between a backup and its restoration may be missing, and nothing before it', () => {
  const restored = (since: number): Evidence =>
    evidence(STREAMS.slice(0, 2), { losses: { postgres: { since, until: T0 + 50 } } });
  expect(brokenPromises(restored(T0 + 15))).toEqual([]);
  expect(brokenPromises(restored(T0 + 40))).toHaveLength(1);
});

it('so may what was SENT in the two seconds before the backup, since it was decided later, and nothing SENT earlier', () => {
  const wishes = STREAMS.map((stream) => wishFor(stream, 'SENT'));
  const restored = (since: number): Evidence =>
    evidence(STREAMS.slice(0, 2), { wishes, losses: { postgres: { since, until: since + 50 } } });
  expect(brokenPromises(restored(T0 + 2_020))).toEqual([]);
  expect(brokenPromises(restored(T0 + 2_022))).toEqual([expect.stringMatching(/was SENT and never decided$/)]);
});

it('a record that is missing altogether is found, where it was acknowledged before the backup or after the restoration', () => {
  const missing = (since: number, until: number): string[] =>
    brokenPromises(evidence([], { losses: { postgres: { since, until } } }));
  expect(missing(T0, T0 + 50)).toEqual([]);
  expect(missing(T0 + 5, T0 + 50)).toEqual([expect.stringMatching(/^create_execution_failed .* there is no event$/)]);
  expect(missing(T0 + 30, T0 + 50)).toHaveLength(3);
  expect(missing(T0 - 50, T0 - 30)).toHaveLength(3);
});

it('so is a create before the backup in the place of which there is another one', () => {
  const anew = streamsOf([create(), T0 + 60]);
  const wishes = [...STREAMS.slice(0, 1), ...anew].map((stream) => wishFor(stream, 'PROCESSED'));
  const restored = (since: number): string[] =>
    brokenPromises(evidence(anew, { wishes, losses: { postgres: { since, until: T0 + 50 } } }));
  expect(restored(T0)).toEqual([]);
  expect(restored(T0 + 30)).toEqual([expect.stringMatching(/there is no event$/)]);
});

it('what is told as done after the restoration may not be missing, although it was sent before', () => {
  const restored = (until: number): string[] =>
    brokenPromises(evidence(STREAMS.slice(0, 2), { losses: { postgres: { since: T0 + 5, until } } }));
  expect(restored(T0 + 21)).toEqual([]);
  expect(restored(T0 + 20)).toHaveLength(1);
});

it('a command to a record that was lost may be refused or never decided, until the record is created anew', () => {
  const late = streamsOf([create(), T0], [prepare(), T0 + 100]).slice(1);
  const losses = { postgres: { since: T0 - 10, until: T0 + 50 } };
  const sentTo = (streams: readonly EventStream[]): string[] => {
    const wishes = late.flatMap((stream) => [wishFor(stream, 'SENT'), wishFor(stream, 'PROCESSED', 'NotFound')]);
    const theirs = streams.map((stream) => wishFor(stream, 'PROCESSED'));
    return brokenPromises(evidence(streams, { wishes: [...wishes, ...theirs], losses }));
  };
  expect(sentTo([])).toEqual([]);
  expect(sentTo(streamsOf([create(), T0 + 120]))).toEqual([]);
  expect(sentTo(streamsOf([create(), T0 + 80]))).toEqual([
    expect.stringMatching(/was SENT and never decided$/),
    expect.stringMatching(/refused with NotFound$/),
  ]);
});

it('a request to a lost record that was not answered is found all the same', () => {
  const [first, second] = STREAMS.map((stream) => wishFor(stream, 'PROCESSED')) as [Wish, Wish];
  second.sends.push({ stage: 'PROCESSED', at: T0 + 60, answer: { kind: 'hung' } });
  const losses = { postgres: { since: T0 - 10, until: T0 + 50 } };
  expect(brokenPromises(evidence([], { wishes: [first, second], losses }))).toEqual([
    expect.stringMatching(/the service did not answer/),
  ]);
});

it('an event that no reader of the feed was sent is found, and one that came too early', () => {
  const [first, second, third] = STREAMS as [EventStream, EventStream, EventStream];
  expect(unsettled(evidence(STREAMS, { seen: [first, third] }))).toEqual([`${ID} version 2 is missing in the feed`]);
  expect(brokenPromises(evidence(STREAMS, { seen: [first, third, second] }))).toEqual([
    `${ID} version 2 came in the feed after version 3`,
  ]);
});

it('a record that is due for long is found', () => {
  const { stored } = evidence(STREAMS);
  const late = evidence(STREAMS, { stored: { ...stored, readAt: DUE + 60_000 } });
  expect(unsettled(late)).toEqual([expect.stringContaining(`${ID}: due since 60000 ms`)]);
});

it('a place that the feed refuses is found, unless it is one of the time that Postgres has lost', () => {
  const refused = evidence(STREAMS, { refusedPlaces: ['the feed refused "7": it has not come to it'] });
  expect(brokenPromises(refused)).toEqual(refused.refusedPlaces);
  expect(brokenPromises({ ...refused, losses: { postgres: { since: T0 + 30, until: T0 + 50 } } })).toEqual([]);
});

it('what is left of the last commands is found as well, and what was late after the fault once', () => {
  const [first, , third] = STREAMS as [EventStream, EventStream, EventStream];
  const whole = evidence(STREAMS);
  const missing = evidence(STREAMS, { seen: [first, third] });
  expect(verdict(whole, whole)).toEqual([]);
  for (const [settled, final] of [
    [whole, missing],
    [missing, whole],
    [missing, missing],
  ] as const) {
    expect(verdict(settled, final)).toEqual([`${ID} version 2 is missing in the feed`]);
  }
});
