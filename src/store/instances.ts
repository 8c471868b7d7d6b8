import { randomInt, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Pool, Statement } from './pools.ts';

/** Machine ids are 20 bits; the upper half is ours, the lower is left to peers that lease theirs elsewhere. */
const FIRST_MACHINE_ID = 524_288;
const LAST_MACHINE_ID = 1_048_575;
const HEARTBEAT_INTERVAL = 10_000;
/** Seconds without heartbeat after which a machine id may be leased anew: longer than an outage of Postgres should last. */
const LEASE_SECONDS = 3_600;
/** Milliseconds without a confirmed heartbeat after which this process makes no more ids, well before the lease ends. */
const LEASE_MARGIN = (LEASE_SECONDS - 300) * 1_000;
/** Seconds after the last heartbeat during which an instance counts as live, so that its address may be called. */
const LIVE_SECONDS = 120;
/** The same, so that it may be left work to. */
const PRESENT_SECONDS = 30;

const LEASE: Statement = {
  name: 'instance.lease',
  text: `insert into redress.instance (machine_id, token, url, roles) values ($1, $2, $3, $4)
on conflict on constraint instance_key do update
set token = excluded.token, url = excluded.url, roles = excluded.roles, heartbeat_at = clock_timestamp()
where instance.heartbeat_at < clock_timestamp() - make_interval(secs => ${LEASE_SECONDS})
returning machine_id`,
};

const HEARTBEAT: Statement = {
  name: 'instance.heartbeat',
  text: 'update redress.instance set heartbeat_at = clock_timestamp() where machine_id = $1 and token = $2 returning 1',
};

const RELEASE: Statement = {
  name: 'instance.release',
  // Kept until the lease ends, so that no other process makes ids with it in the same second; only the address goes.
  text: 'update redress.instance set url = null where machine_id = $1 and token = $2',
};

const PRUNE: Statement = {
  name: 'instance.prune',
  text: `delete from redress.instance where heartbeat_at < clock_timestamp() - interval '1 day'`,
};

const IS_LIVE: Statement = {
  name: 'instance.is-live',
  text: `select 1 from redress.instance
where url = $1 and heartbeat_at > clock_timestamp() - make_interval(secs => ${LIVE_SECONDS})`,
};

const OTHERS: Statement = {
  name: 'instance.others',
  text: `select 1 from redress.instance where machine_id <> $1 and url is not null
and heartbeat_at > clock_timestamp() - make_interval(secs => ${PRESENT_SECONDS}) limit 1`,
};

/** This process cannot make ids at the moment. */
export class NoMachineId extends Error {
  override readonly name = 'NoMachineId';

  constructor() {
    super('This process has no machine id to make ids with: it leases one as soon as Postgres answers.');
  }
}

/** This process's row in `instance`: its machine id for as long as the lease is renewed. */
export interface Lease {
  /** @throws NoMachineId while there is none: the lease could not be renewed in time, or is gone and there is no other yet */
  machineId(): number;
  /** Whether no other process lives: one that was killed counts for half a minute. @throws StoreUnavailable */
  isAlone(): Promise<boolean>;
  release(): Promise<void>;
}

/** Leases a machine id and keeps one with a heartbeat every 10 s. `url` is where other processes reach this one. */
export async function leaseInstance(
  pool: Pool,
  log: Logger,
  instance: { readonly url: string; readonly roles: string },
): Promise<Lease> {
  const token = randomUUID();
  let machineId = await lease(pool, token, instance);
  let confirmedAt = performance.now();
  let lost = false;
  const beat = async (): Promise<void> => {
    const startedAt = performance.now();
    try {
      lost = (await pool.query(HEARTBEAT, [machineId, token])).length === 0;
      if (lost) {
        // The database was restored, or this process was away for so long that another one has taken the id over.
        const before = machineId;
        machineId = await lease(pool, token, instance);
        lost = false;
        log.warn({ before, machineId }, 'the machine id was no longer ours: leased another one');
      }
      confirmedAt = startedAt;
    } catch (error) {
      log.warn({ machineId, reason: error instanceof Error ? error.message : String(error) }, 'heartbeat failed');
    }
  };
  const timer = setInterval(() => void beat(), HEARTBEAT_INTERVAL).unref();
  return {
    machineId() {
      if (lost || performance.now() - confirmedAt > LEASE_MARGIN) {
        throw new NoMachineId();
      }
      return machineId;
    },
    isAlone: async () => (await pool.query(OTHERS, [machineId])).length === 0,
    async release() {
      clearInterval(timer);
      try {
        await pool.query(RELEASE, [machineId, token]);
      } catch (error) {
        // The address stays until the heartbeat is too old; a stop need not wait for Postgres.
        log.warn({ machineId, reason: error instanceof Error ? error.message : String(error) }, 'address not released');
      }
    },
  };
}

async function lease(pool: Pool, token: string, { url, roles }: { url: string; roles: string }): Promise<number> {
  for (;;) {
    const candidate = randomInt(FIRST_MACHINE_ID, LAST_MACHINE_ID + 1);
    const rows = await pool.query<{ machine_id: number }>(LEASE, [candidate, token, url, roles]);
    if (rows[0] !== undefined) return rows[0].machine_id;
  }
}

/** Forgets the instances of more than a day ago. */
export async function pruneInstances(pool: Pool): Promise<void> {
  await pool.query(PRUNE, []);
}

/** Whether a live process advertises this address. */
export async function isLiveInstance(pool: Pool, url: string): Promise<boolean> {
  return (await pool.query(IS_LIVE, [url])).length > 0;
}
