import {
  type ClusterTopicMetadata,
  type ConnectionPool,
  type Consumer,
  IS_CONTROL,
  type RecordsBatch,
} from '@platformatic/kafka';
import type { TakenRecord } from './taken-record.ts';

/** Milliseconds for which a broker waits for records where there are none. */
const MAX_WAIT = 250;
/** Bytes of one answer, and of each partition in it; a record that is larger comes all the same. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_PARTITION_BYTES = 512 * 1024;

/** What a fetch brought of one partition. */
export interface Fetched {
  readonly partition: number;
  /** The offset that was asked for. */
  readonly from: bigint;
  readonly records: readonly TakenRecord[];
  /** Where to read on. */
  readonly next: bigint;
  /** The offset behind the last record of the partition. */
  readonly end: bigint;
}

/** What is fetched with; the connections are apart from those of the membership, since a fetch that waits blocks its own. */
export interface Fetcher {
  readonly client: Consumer;
  readonly connections: ConnectionPool;
  readonly topic: ClusterTopicMetadata;
}

/** The topic as the cluster has it now: one that was deleted and made anew has another id. @throws Error of the library */
export async function describeTopic(client: Consumer, topic: string): Promise<ClusterTopicMetadata> {
  const about = (await client.metadata({ topics: [topic] })).topics.get(topic);
  if (about === undefined) throw new Error(`There is no topic ${topic}.`);
  return about;
}

/**
 * Fetches the partitions from these offsets on, once, from all their leaders at a time.
 * @throws Error of the library
 */
export async function fetchOnce(
  { client, connections, topic }: Fetcher,
  positions: ReadonlyMap<number, bigint>,
): Promise<readonly Fetched[]> {
  const byLeader = Map.groupBy(positions.keys(), (partition) => topic.partitions[partition]?.leader ?? -1);
  const answers = await Promise.all(
    [...byLeader].map(([node, partitions]) =>
      client.fetch({
        node,
        connectionPool: connections,
        maxWaitTime: MAX_WAIT,
        maxBytes: MAX_BYTES,
        topics: [
          {
            topicId: topic.id,
            partitions: partitions.map((partition) => ({
              partition,
              fetchOffset: positions.get(partition) ?? 0n,
              partitionMaxBytes: MAX_PARTITION_BYTES,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
            })),
          },
        ],
      }),
    ),
  );
  return answers
    .flatMap(({ responses }) => responses.flatMap(({ partitions }) => partitions))
    .flatMap(({ partitionIndex: partition, records, highWatermark: end }) => {
      const from = positions.get(partition);
      return from === undefined ? [] : [{ partition, from, ...unpack(partition, from, records ?? []), end }];
    });
}

/** The records from `from` on; a batch may begin before it. */
function unpack(partition: number, from: bigint, batches: readonly RecordsBatch[]): Pick<Fetched, 'records' | 'next'> {
  const records = batches
    .filter(({ attributes }) => (attributes & IS_CONTROL) === 0)
    .flatMap((batch) =>
      batch.records.map(({ key, value, headers, offsetDelta, timestampDelta }) => ({
        partition,
        offset: batch.firstOffset + BigInt(offsetDelta),
        timestamp: batch.firstTimestamp + timestampDelta,
        key,
        value,
        headers,
      })),
    )
    .filter(({ offset }) => offset >= from);
  const last = batches.at(-1);
  return { records, next: last === undefined ? from : last.firstOffset + BigInt(last.lastOffsetDelta) + 1n };
}
