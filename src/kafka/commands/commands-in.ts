import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RetrySpec } from '../../domain/index.ts';
import type { CommandIntake } from '../../gateway/index.ts';
import type { Cluster } from '../cluster.ts';
import { NO_ANSWER_YET, kafkaReason } from '../reason.ts';
import { openDeadLetters } from './dead-letters.ts';
import { type Intaken, createIntake } from './intake.ts';
import { type Membership, joinGroup } from './membership.ts';

/** Milliseconds before the group is joined again. */
const REJOIN_PAUSE = 1_000;

export interface CommandsInDeps {
  readonly cluster: Cluster;
  readonly gateway: CommandIntake;
  readonly retryDefaults: RetrySpec;
  /** Told of every record once it is processed, and of every try that has to be repeated, for whoever counts. */
  readonly onProcessed: (what: Intaken) => void;
  readonly onRepeated: () => void;
  readonly log: Logger;
}

/** How the commands from Kafka are doing. */
export interface CommandsInState {
  /** Whether the group has given this process its share, which may be nothing. */
  readonly joined: boolean;
  readonly partitions: readonly number[];
  /** Records of these partitions that are not processed. */
  readonly lag: number;
  /** Records of them that this process holds. */
  readonly pending: number;
  /** Commands that are on their way to their records. */
  readonly inFlight: number;
  /** The last thing that did not work, until something works again, and that nothing did yet; null: nothing. */
  readonly problem: string | null;
}

/** The commands that come by Kafka, from the start on; brokers may be away, and come later. */
export interface CommandsIn {
  state(): CommandsInState;
  /** Takes nothing more, waits up to `grace` milliseconds for what is on its way, and leaves the group. */
  stop(grace: number): Promise<void>;
}

export function takeCommands(deps: CommandsInDeps): CommandsIn {
  const { cluster, log } = deps;
  const deadLetters = openDeadLetters(cluster);
  let joined = false;
  let problem: string | null = NO_ANSWER_YET;
  let membership: Membership | null = null;
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const intake = createIntake({
    ...deps,
    deadLetters,
    onProcessed(what) {
      problem = null;
      deps.onProcessed(what);
    },
    onRepeated(reason) {
      problem = reason;
      deps.onRepeated();
    },
  });

  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  const onJoined = (partitions: readonly number[]): void => {
    joined = true;
    problem = null;
    log.info({ topic: cluster.topics.command, partitions }, 'takes commands from Kafka');
  };
  const keepJoined = async (): Promise<void> => {
    while (!isStopping()) {
      let current: Membership | null = null;
      try {
        await cluster.createTopics();
        if (isStopping()) return;
        current = joinGroup({
          cluster,
          take: (record, lost, done) => {
            intake.take(record, lost, done);
          },
          onJoined,
          log,
        });
        membership = current;
        await Promise.race([current.failed, stopped]);
      } catch (error) {
        joined = false;
        const reason = kafkaReason(error);
        if (problem !== reason) log.warn({ reason }, 'cannot take commands from Kafka: trying again');
        problem = reason;
        await current?.leave();
        membership = null;
        await sleep(REJOIN_PAUSE * (1 + Math.random()), undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  void keepJoined();

  return {
    state() {
      const partitions = membership?.assignment.owned() ?? [];
      return {
        joined,
        partitions: partitions.map(({ id }) => id),
        lag: partitions.reduce((sum, { offsets, end }) => sum + Number(end - offsets.settled()), 0),
        pending: partitions.reduce((sum, { offsets }) => sum + offsets.pending(), 0),
        inFlight: intake.inFlight(),
        problem,
      };
    },
    async stop(grace) {
      stopping.abort();
      membership?.pause();
      await Promise.race([intake.close(), sleep(grace, undefined, { ref: false })]);
      await membership?.leave();
      await deadLetters.close();
    },
  };
}
