import { checkDiskSpace } from './disk-space.ts';
import type { WatchedTargets } from './dispatch/index.ts';
import type { HealthChecks, HealthComponent } from './http/index.ts';
import type { CommandsIn, Out } from './kafka/index.ts';
import {
  type Pool,
  VALIDATION_QUERY,
  countDeadLetters,
  findFeedBlocker,
  pingStore,
  readEngagement,
  readFeedLag,
} from './store/index.ts';
import type { Link } from './temporal/index.ts';

const UP: HealthComponent = { status: 'UP' };
/** Seconds for which every transaction may hold the feed back without being named. */
const HELD_BACK = 1;

/** What health looks at. */
export interface HealthSources {
  readonly pool: Pool;
  readonly link: Link;
  readonly targets: WatchedTargets;
  /** Null: without Kafka, or other processes publish. */
  readonly kafkaOut: Out | null;
  /** Null: without Kafka, or they are taken by other processes. */
  readonly commandsIn: CommandsIn | null;
  /** @throws Error while this process has no machine id */
  readonly machineId: () => number;
}

/**
 * What the service needs, each asked for real, under the names of contract 10.2. It can still be read from, and takes
 * creates, while Temporal is away.
 */
export function createHealthChecks({
  pool,
  link,
  targets,
  kafkaOut,
  commandsIn,
  machineId,
}: HealthSources): HealthChecks {
  const db = async (): Promise<HealthComponent> => {
    const version = await pingStore(pool);
    return { status: 'UP', details: { database: 'PostgreSQL', validationQuery: VALIDATION_QUERY, version } };
  };
  return {
    ping: () => UP,
    livenessState: () => UP,
    readinessState: async () => {
      const { status } = await db();
      return { status };
    },
    diskSpace: () => checkDiskSpace(process.cwd()),
    machineId: () => {
      machineId();
      return UP;
    },
    db,
    engagement: () => engagementHealth(pool),
    feed: () => feedHealth(pool),
    temporal: () => temporalHealth(link),
    ...(kafkaOut === null ? {} : { kafkaEvents: () => kafkaOutHealth(pool, kafkaOut) }),
    ...(targets.state().file === null ? {} : { targets: () => targetsHealth(targets) }),
    ...(commandsIn === null ? {} : { kafkaCommands: () => commandsInHealth(commandsIn) }),
    ...(link.state().worker === null ? {} : { worker: () => workerHealth(link) }),
  };
}

/** How old the oldest message is that waits, and for whom. To be late is no failure: it says where to look. */
async function feedHealth(pool: Pool): Promise<HealthComponent> {
  const { heldBack, subscribers } = await readFeedLag(pool);
  const blockedBy = heldBack < HELD_BACK ? null : await findFeedBlocker(pool);
  return {
    status: 'UP',
    details: { heldBackSeconds: heldBack, subscriberLagSeconds: subscribers, ...(blockedBy && { blockedBy }) },
  };
}

/** How many open records wait for their workflow, and how late that has made them. A storm is no failure either. */
async function engagementHealth(pool: Pool): Promise<HealthComponent> {
  const { unengaged, lag } = await readEngagement(pool);
  return { status: 'UP', details: { unengagedRecords: unengaged, lagSeconds: lag } };
}

/** A file that cannot be used any more is no failure: what it said before goes on. It says what to mend. */
function targetsHealth(targets: WatchedTargets): HealthComponent {
  const { file, loadedAt, problem } = targets.state();
  return { status: 'UP', details: { file, loadedAt, ...(problem !== null && { problem }) } };
}

/** What happens meanwhile is published later, and how much later `feed` says: brokers that are away are no failure of ours. */
async function kafkaOutHealth(pool: Pool, out: Out): Promise<HealthComponent> {
  const problem = out.problem();
  return { status: 'UP', details: { deadLetters: await countDeadLetters(pool), ...(problem !== null && { problem }) } };
}

/** Whether commands can come by Kafka, and how many of them wait. Neither is a failure of ours: they stay where they are. */
function commandsInHealth(commandsIn: CommandsIn): HealthComponent {
  const { problem, ...details } = commandsIn.state();
  return { status: 'UP', details: { ...details, ...(problem !== null && { problem }) } };
}

function temporalHealth(link: Link): HealthComponent {
  const { namespace } = link;
  const { connected, reason } = link.state();
  return connected
    ? { status: 'UP', details: { namespace } }
    : { status: 'DOWN', details: { namespace, error: reason } };
}

/** A worker that runs has nothing to do while it cannot ask Temporal for it. */
function workerHealth(link: Link): HealthComponent {
  const { connected, worker, reason } = link.state();
  return worker === 'RUNNING' && connected
    ? { status: 'UP', details: { state: worker } }
    : { status: 'DOWN', details: { state: worker, error: reason ?? 'it is being started' } };
}
