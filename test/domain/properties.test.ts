import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Command,
  type CommandEnvelope,
  decide,
  FUNCTION_KINDS,
  NOT_BEFORE_HEADER,
  RECOVERABLE_TYPES,
  type RecoverableType,
  type RetrySpec,
} from '../../src/domain/index.ts';
import { checkRecord } from '../support/check-events.ts';
import { command, create, ERROR, FAILURE, prepare, T0 } from './given.ts';
import { simulate, type Simulation } from './simulation.ts';

const MINUTE = 60_000;

const recoverable = fc.constantFrom<RecoverableType>('UNKNOWN', 'UNKNOWN', 'UNKNOWN', ...RECOVERABLE_TYPES);
/** Small specs, so that back-offs end within the simulated time; now and then one at the limits. */
const retrySpec: fc.Arbitrary<RetrySpec> = fc.oneof(
  { weight: 9, arbitrary: spec(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 100 })) },
  { weight: 1, arbitrary: spec(fc.integer({ min: -1, max: 70 }), fc.integer({ min: -1, max: 2_147_483_647 })) },
);
function spec(maxRetries: fc.Arbitrary<number>, seconds: fc.Arbitrary<number>): fc.Arbitrary<RetrySpec> {
  return fc.record({ maxRetries, minBackoff: seconds, executionTimeout: seconds });
}

/** Mostly a command that is welcome to anybody; sometimes one that expects a version, an owner or an attempt. */
const envelope: fc.Arbitrary<Partial<CommandEnvelope>> = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ expectedVersion: fc.integer({ min: -1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ ownerId: fc.constantFrom('alice', 'bob') }) },
  { weight: 1, arbitrary: fc.record({ spaceId: fc.constantFrom('blue', 'red') }) },
  { weight: 1, arbitrary: fc.record({ attempt: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ requestId: fc.constantFrom('r-1', 'r-2', 'r-3') }) },
);

/** Makes a command with fresh ids each time it is called. */
type Make = (to: Simulation) => Command;
const fixed = (make: (with_: Partial<CommandEnvelope>) => Command): fc.Arbitrary<Make> =>
  envelope.map((with_) => () => make(with_));
const varied = <Body>(
  body: fc.Arbitrary<Body>,
  make: (body: Body, with_: Partial<CommandEnvelope>) => Command,
): fc.Arbitrary<Make> =>
  fc.tuple(body, envelope).map(
    ([given, with_]) =>
      () =>
        make(given, with_),
  );

const postponement = fc.option(fc.integer({ min: -MINUTE, max: 30 * 60 * MINUTE }));
const failing: fc.Arbitrary<Make> = fc
  .tuple(fc.option(recoverable), postponement, envelope)
  .map(([named, postpone, with_]) => (to) => ({
    ...command(
      'apply_execution_failed',
      { error: ERROR, executeAt: to.clock, ...(named === null ? {} : { recoverable: named }) },
      with_,
    ),
    header: postpone === null ? {} : { [NOT_BEFORE_HEADER]: String(to.clock + postpone) },
  }));

const commands: readonly fc.WeightedArbitrary<Make>[] = [
  { weight: 1, arbitrary: varied(retrySpec, (given, with_) => create({ retrySpec: given }, with_)) },
  { weight: 3, arbitrary: fixed((with_) => command('prepare_compensation', {}, with_)) },
  { weight: 2, arbitrary: fixed((with_) => command('force_prepare_compensation', {}, with_)) },
  { weight: 1, arbitrary: fixed((with_) => command('apply_execution_success', { executeAt: T0 }, with_)) },
  { weight: 8, arbitrary: failing },
  { weight: 3, arbitrary: varied(retrySpec, (given, with_) => command('apply_retry_spec', given, with_)) },
  {
    weight: 1,
    arbitrary: varied(fc.constantFrom(...FUNCTION_KINDS), (functionKind, with_) =>
      command('change_function', { ...FAILURE.function, functionKind }, with_),
    ),
  },
  {
    weight: 2,
    arbitrary: varied(recoverable, (mark, with_) => command('mark_recoverable', { recoverable: mark }, with_)),
  },
  { weight: 1, arbitrary: fixed((with_) => command('default_delete_aggregate', {}, with_)) },
  { weight: 4, arbitrary: fixed((with_) => command('default_recover_aggregate', {}, with_)) },
  {
    weight: 1,
    arbitrary: varied(fc.dictionary(fc.string(), fc.array(fc.string())), (tags, with_) =>
      command('default_apply_resource_tags', { tags }, with_),
    ),
  },
];

/** One thing that happens to the record. */
type Step = (to: Simulation) => void;

const sending: fc.Arbitrary<Step> = fc.oneof(...commands).map((make) => (to) => {
  sendAndCheck(to, make(to));
});
const waiting: fc.Arbitrary<Step> = fc.integer({ min: -2_000, max: 30 * MINUTE }).map((ms) => (to) => {
  to.shift(ms);
});
/** The timer rings on time, or so many milliseconds late; by a clock that may be ahead of ours. */
const ringing: fc.Arbitrary<Step> = fc.integer({ min: -100, max: MINUTE }).map((late) => (to) => {
  const { record, deadline, clock } = to;
  if (record === null || deadline === null) return;
  if (deadline + late > clock) to.shift(deadline + late - clock);
  const refused = to.ring(record.version, deadline);
  expect(refused === undefined || refused === 'superseded' || refused.code === 'BadRequest').toBe(true);
});
/** A timer of another version rings, or one that was set for another time. */
const ringingWrongly: fc.Arbitrary<Step> = fc
  .tuple(fc.nat(12), fc.integer({ min: -MINUTE, max: MINUTE }))
  .map(([version, offset]) => (to) => {
    to.ring(version, to.clock + offset);
  });
const life = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: sending },
    { weight: 3, arbitrary: waiting },
    { weight: 6, arbitrary: ringing },
    { weight: 1, arbitrary: ringingWrongly },
  ),
  { maxLength: 60, size: 'max' },
);

/** Sends a command: accepted, it is exactly the next version; refused, it leaves everything as it was. */
function sendAndCheck(to: Simulation, sent: Command): void {
  const before = { record: to.record, streams: to.streams.length, text: JSON.stringify(to.record) };
  const refusal = to.send(sent);
  if (refusal === undefined) {
    expect(to.record?.version).toBe((before.record?.version ?? 0) + 1);
    expect(to.streams.length).toBe(before.streams + 1);
  } else {
    expect(to.record).toBe(before.record);
    expect(JSON.stringify(to.record)).toBe(before.text);
    expect(to.streams.length).toBe(before.streams);
  }
}

/** As it comes back from a store. */
const stored = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** The retry spec and the mark of the failure, and what happens to it then. */
type Life = readonly [RetrySpec, RecoverableType, readonly Step[]];
const lives: fc.Arbitrary<Life> = fc.tuple(retrySpec, recoverable, life);

function live([firstSpec, firstMark, steps]: Life, after: Step = () => undefined): Simulation {
  const simulation = simulate(T0);
  const owner = { ownerId: 'alice', spaceId: 'blue' };
  sendAndCheck(simulation, create({ retrySpec: firstSpec, recoverable: firstMark, executeAt: T0 - 1_000 }, owner));
  for (const step of steps) {
    step(simulation);
    after(simulation);
  }
  return simulation;
}

describe('whatever happens to a record, in whatever order', () => {
  test('every accepted command is its next version, a refused one changes nothing, and its events tell the whole story', () => {
    fc.assert(
      fc.property(lives, (input) => {
        const { streams, record, deadline, notBefore } = live(input);
        expect(checkRecord(stored(streams), stored(record), { deadline, notBefore })).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('its deadline is exactly when it can be prepared by itself, and none where it must not be', () => {
    fc.assert(
      fc.property(lives, (input) => {
        live(input, ({ record, deadline }) => {
          if (record === null) return;
          const { status, recoverable: mark, isBelowRetryThreshold } = record.state;
          const parked = record.deleted || status === 'SUCCEEDED' || mark === 'UNRECOVERABLE' || !isBelowRetryThreshold;
          expect(deadline === null).toBe(parked);
          if (deadline === null) return;
          const decision = decide(record, prepare(), deadline);
          // The next times may be out of range; nothing else may stand in the way.
          expect(decision.ok || decision.message === 'long overflow' || decision.code === 'BadRequest').toBe(true);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('the same command on the same record at the same time means the same', () => {
    fc.assert(
      fc.property(lives, fc.oneof(...commands), (input, make) => {
        const simulation = live(input);
        const sent = make(simulation);
        const now = simulation.clock;
        expect(decide(simulation.record, sent, now)).toEqual(decide(stored(simulation.record), stored(sent), now));
      }),
      { numRuns: 300 },
    );
  });
});

test('left to its timer and to a target that never succeeds, a record is prepared as often as its retry spec says and no sooner', () => {
  const specs = spec(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 1_000 }));
  /** Milliseconds after which the target reports a failure; null: never. */
  const answers = fc.array(fc.option(fc.nat(2_000_000)), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(specs, answers, (given, delays) => {
      const simulation = simulate(T0);
      simulation.send(create({ retrySpec: given }));
      for (const delay of delays) {
        const { record, deadline } = simulation;
        if (record === null || deadline === null) break;
        simulation.shift(deadline - simulation.clock);
        expect(simulation.ring(record.version, deadline)).toBeUndefined();
        if (delay === null || delay > given.executionTimeout * 1000) continue;
        simulation.shift(delay);
        simulation.send(command('apply_execution_failed', { error: ERROR, executeAt: simulation.clock }));
      }
      const { streams, record } = simulation;
      expect(simulation.deadline).toBeNull();
      expect(record?.state.retryState.retries).toBe(given.maxRetries);
      expect(checkRecord(streams, record)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
