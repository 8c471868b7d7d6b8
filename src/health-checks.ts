import type { HealthChecks, HealthComponent } from './http/index.ts';
import { type Pool, findFeedBlocker, pingStore, readFeedLag } from './store/index.ts';
import type { Link } from './temporal/index.ts';

const UP: HealthComponent = { status: 'UP' };
/** Seconds for which every transaction may hold the feed back without being named. */
const HELD_BACK = 1;

/** What the service needs, each asked for real. It can still be read from, and takes creates, while Temporal is away. */
export function createHealthChecks(pool: Pool, link: Link): HealthChecks {
  const postgres = async (): Promise<HealthComponent> => ({
    status: 'UP',
    details: { version: await pingStore(pool) },
  });
  const temporal = (): Promise<HealthComponent> => {
    const { connected, reason } = link.state();
    return Promise.resolve(
      connected
        ? { status: 'UP', details: { namespace: link.namespace } }
        : { status: 'DOWN', details: { namespace: link.namespace, error: reason } },
    );
  };
  const { worker } = link.state();
  return {
    livenessState: () => Promise.resolve(UP),
    readinessState: async () => {
      const { status } = await postgres();
      return { status };
    },
    postgres,
    temporal,
    feed: () => feedHealth(pool),
    ...(worker === null ? {} : { worker: () => Promise.resolve(workerHealth(link)) }),
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

function workerHealth(link: Link): HealthComponent {
  const { worker, reason } = link.state();
  return worker === 'RUNNING'
    ? { status: 'UP', details: { state: worker } }
    : { status: 'DOWN', details: { state: worker, error: reason ?? 'it is being started' } };
}
