import { describe, expect, test } from 'vitest';
import {
  type Command,
  type DomainEvent,
  EVENT_BODY_TYPES,
  type EventStream,
  evolve,
  retryId,
  type Snapshot,
} from '../../src/domain/index.ts';
import { checkRecord } from '../support/check-events.ts';
import {
  command,
  create,
  ERROR,
  fail,
  FAILURE,
  ID,
  prepare,
  recover,
  remove,
  streamsOf,
  succeed,
  T0,
} from './given.ts';

/** The prepare that the timer makes of `version`. */
const byTimer = (version: number): Command => {
  const id = retryId(ID, version);
  return { ...prepare(), commandId: id, requestId: id };
};

const DUE = T0 + 180_000;
/** Created, prepared by the timer when it is due, reported as failed, marked; its next deadline is DUE + 360 s. */
const STREAMS: readonly EventStream[] = streamsOf(
  [create(), T0],
  [byTimer(1), DUE],
  [fail(), DUE + 10],
  [command('mark_recoverable', { recoverable: 'RECOVERABLE' }), DUE + 20],
);
const fold = (streams: readonly EventStream[]): Snapshot | null => streams.reduce<Snapshot | null>(evolve, null);

/** The streams with the one at `version` changed. */
const tampered = (version: number, change: (stream: EventStream) => EventStream, streams = STREAMS): EventStream[] =>
  streams.map((stream) => (stream.version === version ? change(stream) : stream));

const withEvent = (stream: EventStream, event: DomainEvent): EventStream => ({
  ...stream,
  body: [{ ...stream.body[0], ...event, bodyType: EVENT_BODY_TYPES[event.name] }],
});

/** The problems of streams that are stored together with what follows from them. */
const problemsOf = (streams: readonly EventStream[]): string[] => checkRecord(streams, fold(streams));

/** Problems of a record that the timer prepares at `now` in spite of what happened to it before. */
const problemsOfRing = (now: number, ...before: readonly (readonly [Command, number])[]): string[] =>
  problemsOf(streamsOf(...before, [byTimer(before.length), now]));

describe('a record that kept every promise', () => {
  test('has no problems', () => {
    expect(checkRecord(STREAMS, fold(STREAMS), { deadline: DUE + 360_000, notBefore: null })).toEqual([]);
  });

  test('may be prepared by the timer late, and after a time-out', () => {
    expect(problemsOfRing(DUE + 1_000_000, [create(), T0])).toEqual([]);
    expect(problemsOfRing(DUE + 360_000, [create(), T0], [byTimer(1), DUE])).toEqual([]);
  });

  test('may be none at all', () => {
    expect(checkRecord([], null)).toEqual([]);
  });
});

describe('the checker finds', () => {
  test('a version that is missing', () => {
    expect(checkRecord(STREAMS.toSpliced(1, 1), fold(STREAMS))).toEqual(['version 3 stands where 2 belongs']);
    expect(checkRecord(STREAMS.slice(1), fold(STREAMS))).toEqual(['version 2 stands where 1 belongs']);
  });

  test('a version that is there twice', () => {
    const twice = tampered(3, (stream) => ({ ...stream, version: 2 }));
    expect(checkRecord(twice, fold(STREAMS))).toEqual(['version 2 stands where 3 belongs']);
  });

  test('a request that took effect twice', () => {
    const twice = tampered(4, (stream) => ({ ...stream, requestId: STREAMS[2]?.requestId ?? '' }));
    expect(problemsOf(twice)).toEqual([`requestId ${STREAMS[2]?.requestId ?? ''} took effect more than once`]);
  });

  test('a command that took effect twice', () => {
    const twice = tampered(4, (stream) => ({ ...stream, commandId: STREAMS[2]?.commandId ?? '' }));
    expect(problemsOf(twice)).toEqual([`commandId ${STREAMS[2]?.commandId ?? ''} took effect more than once`]);
  });

  test('time that ran backwards', () => {
    const back = tampered(4, (stream) => ({ ...stream, createTime: DUE + 9 }));
    expect(problemsOf(back)).toEqual([`version 4: time ran back from ${DUE + 10} to ${DUE + 9}`]);
  });

  test('an event of another record', () => {
    const mixed = tampered(4, (stream) => ({ ...stream, aggregateId: 'other' }));
    expect(problemsOf(mixed)).toContain('version 4: it belongs to record other');
  });

  test('events that cannot stand where they stand', () => {
    const success: DomainEvent = { name: 'execution_success_applied', body: { executeAt: T0 } };
    const recovered: DomainEvent = { name: 'default_aggregate_recovered', body: {} };
    const swap = (event: DomainEvent): string[] => problemsOf(tampered(4, (stream) => withEvent(stream, event)));
    expect(swap(success)).toEqual(['version 4: execution_success_applied while FAILED']);
    expect(swap(recovered)).toEqual(['version 4: default_aggregate_recovered of a record that is not deleted']);
  });

  test('an event of a deleted record', () => {
    const streams = streamsOf([create(), T0], [remove(), T0], [recover(), T0], [prepare(), T0]);
    const tag: DomainEvent = { name: 'default_resource_tags_applied', body: { tags: {} } };
    const problems = problemsOf(tampered(3, (stream) => withEvent(stream, tag), streams));
    expect(problems).toContain('version 3: default_resource_tags_applied of a record that is deleted');
  });

  test('a first event that is no creation, and a creation that is not the first event', () => {
    const first = STREAMS[0];
    const third = STREAMS[2];
    if (first === undefined || third === undefined) throw new Error('a stream is missing');
    expect(checkRecord([{ ...third, version: 1 }], null)[0]).toBe(
      'version 1: execution_failed_applied is its first event',
    );
    expect(checkRecord([first, { ...first, version: 2 }], fold([first]))).toContain('version 2: it was created before');
  });

  test('an attempt that began while another one ran, or after the success', () => {
    const running = streamsOf([create(), T0], [prepare(), T0], [prepare(), T0 + 120_001]);
    expect(problemsOf(tampered(3, (stream) => ({ ...stream, createTime: T0 + 120_000 }), running))).toContain(
      'version 3: prepared while another attempt ran',
    );
    const ended = streamsOf([create(), T0], [prepare(), T0], [fail(), T0], [prepare(), T0]);
    const success: DomainEvent = { name: 'execution_success_applied', body: { executeAt: T0 } };
    expect(problemsOf(tampered(3, (stream) => withEvent(stream, success), ended))).toContain(
      'version 4: prepared after the success',
    );
  });

  test.each([
    ['retries', { retries: 2 }],
    ['retryAt', { retryAt: DUE - 1 }],
    ['timeoutAt', { timeoutAt: DUE }],
    ['nextRetryAt', { nextRetryAt: DUE }],
  ])('an attempt with a wrong %s', (_field, change) => {
    const wrong = tampered(2, (stream) => {
      const event = stream.body[0];
      if (event.name !== 'compensation_prepared') throw new Error('it is another event');
      return withEvent(stream, {
        ...event,
        body: { ...event.body, retryState: { ...event.body.retryState, ...change } },
      });
    });
    expect(problemsOf(wrong)).toContainEqual(
      expect.stringMatching(/^version 2: the retry state should be .*"retries":1/),
    );
  });
});

describe('of what the timer prepared, the checker finds', () => {
  const early = (now: number, reason: string): string => `version 2: the timer prepared at ${now}, but ${reason}`;

  test('that it came before the back-off was over', () => {
    expect(problemsOfRing(DUE - 1, [create(), T0])).toEqual([
      early(DUE - 1, `its back-off lasted until ${DUE}`),
      early(DUE - 1, `its deadline was ${DUE}`),
    ]);
  });

  test('that the failure was unrecoverable', () => {
    expect(problemsOfRing(DUE, [create({ recoverable: 'UNRECOVERABLE' }), T0])).toEqual([
      early(DUE, 'it was unrecoverable'),
      early(DUE, 'its deadline was none'),
    ]);
  });

  test('that no retry was left', () => {
    const forced = streamsOf(
      [create({ retrySpec: { ...FAILURE.retrySpec, maxRetries: 0 } }), T0],
      [command('force_prepare_compensation', {}, { commandId: retryId(ID, 1), requestId: retryId(ID, 1) }), DUE],
    );
    expect(problemsOf(forced)).toEqual([early(DUE, 'its retries were used up'), early(DUE, 'its deadline was none')]);
  });

  test('that the target had asked to be left alone', () => {
    const later = T0 + 10_000_000;
    const asking: Command = { ...fail(), header: { redress_not_before: String(later) } };
    const problems = problemsOfRing(later - 1, [create(), T0], [prepare(), T0], [asking, T0]);
    expect(problems).toEqual([
      `version 4: the timer prepared at ${later - 1}, but it was postponed until ${later}`,
      `version 4: the timer prepared at ${later - 1}, but its deadline was ${later}`,
    ]);
  });

  test('that it was another version than the one named', () => {
    const other = tampered(2, (stream) => ({ ...stream, requestId: retryId(ID, 2), commandId: retryId(ID, 2) }));
    expect(problemsOf(other)).toEqual([`version 2: ${retryId(ID, 2)} stands where ${retryId(ID, 1)} belongs`]);
    const elsewhere = tampered(2, (stream) => ({ ...stream, requestId: retryId('x', 1), commandId: retryId('x', 1) }));
    expect(problemsOf(elsewhere)).toEqual([`version 2: ${retryId('x', 1)} stands where ${retryId(ID, 1)} belongs`]);
  });

  test('that one version was prepared twice', () => {
    const again: Command = { ...byTimer(1), commandId: 'another' };
    const twice = streamsOf([create(), T0], [byTimer(1), DUE], [again, DUE + 1_000_000]);
    expect(problemsOf(twice)).toEqual([
      `requestId ${retryId(ID, 1)} took effect more than once`,
      `version 3: ${retryId(ID, 1)} stands where ${retryId(ID, 2)} belongs`,
      'version 3: its command id is another',
    ]);
  });

  test('that it is no attempt at all', () => {
    const marked = tampered(2, (stream) => withEvent(stream, { name: 'default_aggregate_deleted', body: {} }));
    expect(checkRecord(marked.slice(0, 2), fold(marked.slice(0, 2)))).toEqual([
      'version 2: the timer made it default_aggregate_deleted',
    ]);
  });

  test('that it made the first version', () => {
    const first = tampered(1, (stream) => ({ ...stream, requestId: retryId(ID, 0), commandId: retryId(ID, 0) }));
    expect(problemsOf(first)).toEqual(['version 1: the timer made it the first version']);
  });
});

describe('of what is stored, the checker finds', () => {
  const newest = fold(STREAMS);
  const snapshot = (changes: Partial<Snapshot>): Snapshot | null =>
    newest === null ? null : { ...newest, ...changes };

  test('that the snapshot is older than the events', () => {
    const problems = checkRecord(STREAMS, fold(STREAMS.slice(0, 3)));
    expect(problems).toContain('version of the snapshot is 3 instead of 4');
  });

  test.each<[keyof Snapshot, Partial<Snapshot>]>([
    ['tags', { tags: { a: ['1'] } }],
    ['deleted', { deleted: true }],
    ['eventTime', { eventTime: DUE }],
  ])('that %s of the snapshot does not follow from the events', (field, changes) => {
    expect(checkRecord(STREAMS, snapshot(changes))).toEqual([expect.stringContaining(`${field} of the snapshot is`)]);
  });

  test('that one field of the state does not follow from the events', () => {
    if (newest === null) throw new Error('there is no record');
    const changed = snapshot({ state: { ...newest.state, error: { ...ERROR, stackTrace: '' } } });
    expect(checkRecord(STREAMS, changed)).toEqual([expect.stringMatching(/^state of the snapshot is /)]);
  });

  test('a field that does not belong there', () => {
    expect(checkRecord(STREAMS, { ...newest, extra: 1 } as unknown as Snapshot)).toHaveLength(1);
  });

  test('events without snapshot, and a snapshot without events', () => {
    expect(checkRecord(STREAMS, null)).toEqual(['there are events but no snapshot']);
    expect(checkRecord([], newest)).toEqual(['there is a snapshot but no event']);
  });

  test('a deadline and a postponement that do not follow from the events', () => {
    expect(checkRecord(STREAMS, newest, { deadline: DUE, notBefore: 5 })).toEqual([
      'not_before is 5 instead of null',
      `deadline is ${DUE} instead of ${DUE + 360_000}`,
    ]);
    const ended = streamsOf([create(), T0], [prepare(), T0], [succeed(), T0]);
    expect(checkRecord(ended, fold(ended), { deadline: 1, notBefore: null })).toEqual([
      'deadline is 1 instead of null',
    ]);
  });
});
