import { type Consumer, ListOffsetTimestamps } from '@platformatic/kafka';
import { type OwnedPartition, ownPartition } from './owned-partition.ts';

/** The partitions that the group has given to this member. */
export interface Assignment {
  owned(): readonly OwnedPartition[];
  get(partition: number): OwnedPartition | undefined;
  /**
   * Takes over what the group has decided. Partitions that stay ours go on where they are, if no decision was missed; the
   * others begin at the group's place, or at the earliest record where it has none.
   * @throws Error of the library
   */
  change(partitions: readonly number[], member: Member): Promise<void>;
  /** Begins the partitions anew whose place is no longer, or not yet, in the topic. @throws Error of the library */
  reset(): Promise<void>;
  /** Begins them all at the earliest record: the topic is another one by the same name. @throws Error of the library */
  restart(): Promise<void>;
  loseAll(): void;
}

/** Who we are in the group, and by which of its decisions. */
export interface Member {
  readonly id: string;
  readonly generation: number;
}

export function createAssignment(client: Consumer, topic: string): Assignment {
  const owned = new Map<number, OwnedPartition>();
  let known: Member | null = null;

  const lose = (partition: OwnedPartition): void => {
    owned.delete(partition.id);
    partition.lose();
  };
  const begin = (id: number, start: bigint): void => {
    const before = owned.get(id);
    if (before !== undefined) lose(before);
    owned.set(id, ownPartition(id, start));
  };
  const list = async (timestamp: bigint): Promise<bigint[]> =>
    (await client.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];

  return {
    owned: () => [...owned.values()],
    get: (partition) => owned.get(partition),
    async change(partitions, member) {
      const isNext = known !== null && known.id === member.id && known.generation + 1 === member.generation;
      known = member;
      for (const partition of [...owned.values()]) {
        if (!isNext || !partitions.includes(partition.id)) lose(partition);
      }
      const added = partitions.filter((id) => !owned.has(id));
      if (added.length === 0) return;
      const committed = await client.listCommittedOffsets({ topics: [{ topic, partitions: added }] });
      const earliest = await list(ListOffsetTimestamps.EARLIEST);
      // The group may have decided again meanwhile.
      if (known !== member) return;
      for (const id of added) {
        const place = committed.get(topic)?.[id] ?? -1n;
        begin(id, place < 0n ? (earliest[id] ?? 0n) : place);
      }
    },
    async reset() {
      const [earliest, latest] = [await list(ListOffsetTimestamps.EARLIEST), await list(ListOffsetTimestamps.LATEST)];
      for (const partition of [...owned.values()]) {
        const position = partition.offsets.position();
        const first = earliest[partition.id] ?? 0n;
        if (position >= first && position <= (latest[partition.id] ?? 0n)) continue;
        begin(partition.id, first);
      }
    },
    async restart() {
      const earliest = await list(ListOffsetTimestamps.EARLIEST);
      for (const id of [...owned.keys()]) begin(id, earliest[id] ?? 0n);
    },
    loseAll() {
      [...owned.values()].forEach(lose);
    },
  };
}
