import fc from 'fast-check';
import { expect, it } from 'vitest';
import { followOffsets } from '../../src/kafka/commands/offsets.ts';

/** Steps of reading a partition: take the next record behind a gap, or process one of those that are pending. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), gap: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ kind: fc.constant('skip' as const), gap: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('done' as const), which: fc.nat() }),
  ),
  { maxLength: 60 },
);

it('has the first record that is not processed as its place, in whatever order they are', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 62n }), steps, (start, taken) => {
      const offsets = followOffsets(start);
      const pending: bigint[] = [];
      let position = start;
      let before = start;
      for (const step of taken) {
        if (step.kind === 'begin') {
          const offset = position + BigInt(step.gap);
          offsets.begin(offset);
          pending.push(offset);
          position = offset + 1n;
        } else if (step.kind === 'skip') {
          position += BigInt(step.gap);
          offsets.takenTo(position);
        } else if (pending.length > 0) {
          const [offset = 0n] = pending.splice(step.which % pending.length, 1);
          offsets.done(offset);
        }
        expect(offsets.position()).toBe(position);
        expect(offsets.pending()).toBe(pending.length);
        const settled = offsets.settled();
        expect(settled).toBe(pending.length === 0 ? position : pending.reduce((a, b) => (a < b ? a : b)));
        expect(settled >= before).toBe(true);
        before = settled;
      }
      for (const offset of pending) offsets.done(offset);
      expect(offsets.settled()).toBe(position);
      expect(offsets.span()).toBe(0);
    }),
  );
});

it('takes no notice of what is processed twice, or was never taken', () => {
  const offsets = followOffsets(5n);
  offsets.begin(5n);
  offsets.begin(6n);
  offsets.done(6n);
  offsets.done(6n);
  offsets.done(99n);
  expect([offsets.pending(), offsets.settled()]).toEqual([1, 5n]);
  offsets.done(5n);
  expect([offsets.pending(), offsets.settled()]).toEqual([0, 7n]);
});

it('never reads back', () => {
  const offsets = followOffsets(5n);
  offsets.takenTo(3n);
  expect(offsets.position()).toBe(5n);
});
