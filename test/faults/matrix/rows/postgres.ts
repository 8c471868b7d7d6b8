import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { queryOnce } from '../../../support/fault-servers.ts';
import { absenceDuring } from '../absence.ts';
import { seconds } from '../report.ts';
import type { Ground, Row, Struck } from '../row.ts';

/** Milliseconds between two blows at the backends. */
const BLOW = 500;
/** Milliseconds between two restarts. */
const BETWEEN_RESTARTS = 2_000;
/** Milliseconds between two looks for connections that have become free. */
const GRAB = 100;

/** Of the product: the test has no connection to its database meanwhile. */
const BACKENDS = 'select pid from pg_stat_activity where datname = $1';
const KILL_BACKENDS = 'select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = $1';
const STARTED_AT = 'select pg_postmaster_start_time()::text as at';

/** What Postgres' own process, its backends and its connections can suffer. */
export const POSTGRES_ROWS: readonly Row[] = [
  {
    name: 'postgres-stopped',
    fault: 'Postgres stopped for a while, and many records due',
    hasManyDue: true,
    async strike({ postgres, scale }) {
      const { lasted } = await absenceDuring(`127.0.0.1:${postgres.port}`, async () => {
        await postgres.stop();
        await sleep(scale.outage);
        await postgres.start();
      });
      return { sign: { text: `Postgres away for ${seconds(lasted)}`, isSeen: lasted > scale.outage / 2 } };
    },
  },
  {
    name: 'postgres-restarted',
    fault: 'Postgres restarted three times, the last time after kill -9',
    async strike({ postgres }) {
      const ends = ['stop', 'stop', 'kill'] as const;
      const starts = new Set<string | undefined>();
      const look = async (): Promise<void> => {
        const [started] = await queryOnce<{ at: string }>(postgres.url('postgres'), STARTED_AT);
        starts.add(started?.at);
      };
      await look();
      for (const end of ends) {
        await postgres[end]();
        await postgres.start();
        await sleep(BETWEEN_RESTARTS);
        await look();
      }
      const restarts = starts.size - 1;
      return { sign: { text: `Postgres restarted ${restarts}×`, isSeen: restarts === ends.length } };
    },
  },
  {
    name: 'postgres-backends-killed',
    fault: 'all backends of Postgres terminated twice a second',
    async strike({ postgres, database, scale }) {
      const url = postgres.url('postgres');
      const struck = new Set<number>();
      const until = Date.now() + scale.outage;
      while (Date.now() < until) {
        const backends = await queryOnce<{ pid: number }>(url, KILL_BACKENDS, [database]);
        for (const { pid } of backends) struck.add(pid);
        await sleep(BLOW);
      }
      for (const { pid } of await queryOnce<{ pid: number }>(url, BACKENDS, [database])) struck.delete(pid);
      return { sign: { text: `${struck.size} backends gone`, isSeen: struck.size > 0 } };
    },
  },
  {
    name: 'postgres-connections-taken',
    fault: 'all connections of Postgres taken by others',
    strike: takeAllConnections,
  },
];

/** Takes what is free, and what the product has until it has none, for as long as an outage takes. */
async function takeAllConnections({ postgres, database, scale }: Ground): Promise<Struck> {
  const taken: pg.Client[] = [];
  const take = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: postgres.url('postgres'), application_name: 'somebody else' });
    // None of them says anything until it is given back.
    client.on('error', () => undefined);
    try {
      await client.connect();
      taken.push(client);
      return true;
    } catch {
      // It refuses: too many clients already.
      return false;
    }
  };
  try {
    while (await take());
    const had = await taken[0]?.query(BACKENDS, [database]);
    const until = Date.now() + scale.outage;
    let without = 0;
    while (Date.now() < until) {
      const left = await taken[0]?.query(KILL_BACKENDS, [database]);
      while (await take());
      if (left?.rowCount === 0) without += GRAB;
      await sleep(GRAB);
    }
    const text = `the product without its ${had?.rowCount ?? 0} connections for ${seconds(without)}`;
    return { sign: { text, isSeen: without > scale.outage / 2 } };
  } finally {
    await Promise.all(taken.map((client) => client.end()));
  }
}
