import { ConnectionPool, Consumer } from '@platformatic/kafka';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Cluster } from '../cluster.ts';
import { kafkaErrorCodes, kafkaReason } from '../reason.ts';
import { type Assignment, createAssignment } from './assignment.ts';
import { describeTopic, fetchOnce } from './fetch.ts';
import type { TakenRecord } from './taken-record.ts';

/** Milliseconds after which a member that is not heard of has lost its partitions. */
const SESSION_TIMEOUT = 15_000;
const HEARTBEAT_INTERVAL = 3_000;
/** Milliseconds that the group waits for its members when it decides anew: all of ours come at once. */
const REBALANCE_TIMEOUT = 20_000;
/** Milliseconds between two notes to the group of what is processed. */
const COMMIT_INTERVAL = 500;
/** Milliseconds before a look for room, where there was none. */
const ROOM_INTERVAL = 25;
/** What a broker says to who joins at a bad moment. */
const PASSING: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR',
]);
/** How often joining may fail, and fetching without a success, before everything is begun anew. */
const MAX_FAILURES = 10;
/** Milliseconds after a failure. */
const FAILURE_PAUSE = 500;

export interface MembershipDeps {
  readonly cluster: Cluster;
  /** Takes a record until it is processed, or until `lost`. */
  readonly take: (record: TakenRecord, lost: AbortSignal, done: () => void) => void;
  /** Told when the group has given us partitions. */
  readonly onJoined: (partitions: readonly number[]) => void;
  readonly log: Logger;
}

/** One membership in the group, from joining to leaving. */
export interface Membership {
  readonly assignment: Assignment;
  /** Rejects when it cannot go on. */
  readonly failed: Promise<never>;
  /** Fetches nothing more. */
  pause(): void;
  /** Tells the group what is processed, leaves it and closes the connections. Never throws. */
  leave(): Promise<void>;
}

/** Joins the group that takes commands, and takes the records of the partitions that it gets. */
export function joinGroup({ cluster, take, onJoined, log }: MembershipDeps): Membership {
  const { options, settings, topics } = cluster;
  const topic = topics.command;
  const client = new Consumer({
    ...options,
    groupId: settings.groupId,
    autocommit: false,
    sessionTimeout: SESSION_TIMEOUT,
    rebalanceTimeout: REBALANCE_TIMEOUT,
    heartbeatInterval: HEARTBEAT_INTERVAL,
    // What fails is begun anew here. The library would join again and then repeat a commit of partitions that others have.
    retries: 0,
  });
  client.topics.track(topic);
  const { retries: _retries, retryDelay: _delay, bootstrapBrokers: _brokers, clientId, ...connection } = options;
  const connections = new ConnectionPool(clientId, connection);
  const assignment = createAssignment(client, topic);
  let isPaused = false;
  const goesOn = (): boolean => !isPaused;
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  // Whoever looks at it may come later than the failure.
  failed.catch(() => undefined);
  let isMember = false;
  let isLeader = false;

  const join = async (): Promise<void> => {
    for (let failures = 1; goesOn(); failures += 1) {
      try {
        await client.joinGroup({});
        return;
      } catch (error) {
        const isPassing = kafkaErrorCodes(error).some((code) => PASSING.has(code));
        if (failures === MAX_FAILURES || !isPassing) throw error;
      }
      // Members that failed together do not come back together.
      await sleep(FAILURE_PAUSE * Math.random());
    }
  };

  let committing: Promise<void> | null = null;
  const commit = (): Promise<void> => {
    if (committing !== null) return committing;
    const due = assignment
      .owned()
      .map((partition) => ({ partition, offset: partition.offsets.settled() }))
      .filter(({ partition, offset }) => isMember && offset > partition.committed);
    if (due.length === 0) return Promise.resolve();
    const offsets = due.map(({ partition, offset }) => ({ topic, partition: partition.id, offset, leaderEpoch: -1 }));
    committing = client
      .commit({ offsets })
      .then(
        () => {
          for (const { partition, offset } of due) partition.committed = offset;
        },
        (error: unknown) => {
          log.debug({ reason: kafkaReason(error) }, 'the group did not take note of what is processed');
        },
      )
      .finally(() => {
        committing = null;
      });
    return committing;
  };
  const committer = setInterval(() => void commit(), COMMIT_INTERVAL);

  /** Joins once more while we are a member: the group decides anew. */
  const rejoin = (): void => {
    // It takes until everybody has joined: then these partitions may be somebody else's.
    void commit();
    isMember = false;
    join().catch(fail);
  };

  const fetch = async (): Promise<void> => {
    let topicId: string | null = null;
    let partitionCount: number | null = null;
    for (let failures = 0; goesOn();) {
      try {
        const described = await describeTopic(client, topic);
        if (topicId !== null && topicId !== described.id) {
          log.warn({ topic }, 'the topic was deleted and made anew: its commands are taken from the earliest on');
          await assignment.restart();
          topicId = described.id;
          continue;
        }
        topicId = described.id;
        const count = described.partitions.length;
        const hasGrown = count > (partitionCount ?? count);
        // Whoever is joining looks again afterwards.
        if (!hasGrown || isMember) partitionCount = count;
        // Who leads the group is the one that gives them out.
        if (hasGrown && isMember && isLeader) {
          log.info({ topic, partitions: count }, 'the topic has more partitions: the group gives them out anew');
          rejoin();
        }
        const wanted = assignment.owned().filter((partition) => partition.hasRoom());
        if (wanted.length === 0) {
          await sleep(ROOM_INTERVAL);
          continue;
        }
        const positions = new Map(wanted.map(({ id, offsets }) => [id, offsets.position()]));
        for (const { partition: id, from, records, next, end } of await fetchOnce(
          { client, connections, topic: described },
          positions,
        )) {
          const partition = assignment.get(id);
          // It may have been lost, and even won again, while its records were on their way.
          if (partition?.offsets.position() !== from || !goesOn()) continue;
          for (const record of records) take(record, partition.lost, partition.take(record));
          partition.offsets.takenTo(next);
          partition.end = end;
        }
        failures = 0;
      } catch (error) {
        if (!goesOn()) return;
        failures += 1;
        if (failures === MAX_FAILURES) throw error;
        log.debug({ reason: kafkaReason(error) }, 'cannot fetch commands');
        if (kafkaErrorCodes(error).includes('OFFSET_OUT_OF_RANGE')) {
          log.warn(
            { topic },
            'the place of the group is no longer in the topic: its commands are taken from the earliest on',
          );
          await assignment.reset();
        }
        client.clearMetadata();
        await sleep(FAILURE_PAUSE);
      }
    }
  };

  client.on('consumer:group:rebalance', () => {
    // Right before we join again, which takes until everybody has: then these partitions may be somebody else's.
    void commit();
    isMember = false;
  });
  client.on('consumer:group:join', ({ memberId, generationId = 0, isLeader: leads = false, assignments = [] }) => {
    isMember = true;
    isLeader = leads;
    const partitions = assignments.flatMap((assigned) => assigned.partitions);
    assignment.change(partitions, { id: memberId, generation: generationId }).then(() => {
      onJoined(partitions);
    }, fail);
  });
  client.on('error', () => {
    isMember = false;
    join().catch(fail);
  });
  client.on('consumer:heartbeat:stalled', () => {
    fail(new Error('The group does not answer.'));
  });
  join().catch(fail);
  fetch().catch(fail);

  return {
    assignment,
    failed,
    pause() {
      isPaused = true;
    },
    async leave() {
      isPaused = true;
      clearInterval(committer);
      // The first may be one that was on its way.
      await commit();
      await commit();
      isMember = false;
      assignment.loseAll();
      const closing = await Promise.allSettled([client.close(true), connections.close()]);
      for (const closed of closing) {
        if (closed.status === 'rejected') log.debug({ reason: kafkaReason(closed.reason) }, 'cannot leave the group');
      }
    },
  };
}
