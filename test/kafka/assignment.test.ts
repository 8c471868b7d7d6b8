import type { Consumer } from '@platformatic/kafka';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Assignment, createAssignment } from '../../src/kafka/commands/assignment.ts';

const TOPIC = 'commands';

/** Where the group is in each partition; -1: nowhere. */
let places: bigint[];
let earliest: bigint[];
let assignment: Assignment;

beforeEach(() => {
  places = [5n, 7n, -1n];
  earliest = [0n, 0n, 3n];
  const client = {
    listCommittedOffsets: () => Promise.resolve(new Map([[TOPIC, places]])),
    listOffsets: ({ timestamp }: { timestamp: bigint }) =>
      Promise.resolve(new Map([[TOPIC, timestamp === -2n ? earliest : [100n, 100n, 100n]]])),
  };
  assignment = createAssignment(client as unknown as Consumer, TOPIC);
});

const positions = () => assignment.owned().map(({ id, offsets }) => [id, offsets.position()]);
const read = (partition: number, offset: bigint): void => {
  assignment.get(partition)?.offsets.begin(offset);
};

describe('the partitions of a member', () => {
  it("begin at the group's place, and at the earliest record where it has none", async () => {
    await assignment.change([0, 2], { id: 'm', generation: 1 });
    expect(positions()).toEqual([
      [0, 5n],
      [2, 3n],
    ]);
  });

  it('all begin at the earliest record when the topic is another one by the same name', async () => {
    await assignment.change([0, 1], { id: 'm', generation: 1 });
    const before = assignment.owned();
    earliest = [0n, 2n, 0n];
    await assignment.restart();
    expect(positions()).toEqual([
      [0, 0n],
      [1, 2n],
    ]);
    expect(before.map(({ lost }) => lost.aborted)).toEqual([true, true]);
  });

  it('go on where they are when they stay', async () => {
    await assignment.change([0, 1], { id: 'm', generation: 1 });
    read(0, 5n);
    const [stays, goes] = [assignment.get(0), assignment.get(1)];
    await assignment.change([0, 2], { id: 'm', generation: 2 });
    expect(positions()).toEqual([
      [0, 6n],
      [2, 3n],
    ]);
    expect([stays?.lost.aborted, goes?.lost.aborted]).toEqual([false, true]);
  });

  it.each([
    ['a decision of the group was missed', { id: 'm', generation: 3 }],
    ['the group took this member for another', { id: 'n', generation: 2 }],
  ])("begin at the group's place again where %s", async (_why, member) => {
    await assignment.change([0], { id: 'm', generation: 1 });
    read(0, 5n);
    const before = assignment.get(0);
    places = [9n];
    await assignment.change([0], member);
    expect(positions()).toEqual([[0, 9n]]);
    expect(before?.lost.aborted).toBe(true);
  });

  it('are those of the last decision, however long it took to find their places', async () => {
    const first = assignment.change([0], { id: 'm', generation: 1 });
    const second = assignment.change([1], { id: 'm', generation: 2 });
    await Promise.all([first, second]);
    expect(positions()).toEqual([[1, 7n]]);
  });

  it('begin at the earliest record where their place is gone, the others go on', async () => {
    await assignment.change([0, 1], { id: 'm', generation: 1 });
    read(0, 5n);
    earliest = [50n, 0n, 0n];
    await assignment.reset();
    expect(new Map(positions() as [number, bigint][])).toEqual(
      new Map([
        [0, 50n],
        [1, 7n],
      ]),
    );
  });

  it('are all lost at the end', async () => {
    await assignment.change([0, 1], { id: 'm', generation: 1 });
    const owned = assignment.owned();
    assignment.loseAll();
    expect(owned.map(({ lost }) => lost.aborted)).toEqual([true, true]);
    expect(assignment.owned()).toEqual([]);
  });
});
