import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { queryOnce } from '../../../support/fault-servers.ts';
import type { Ground, Row } from '../row.ts';

/** Milliseconds between two blows at the backends. */
const BLOW = 500;
/** Milliseconds between two restarts. */
const BETWEEN_RESTARTS = 2_000;
/** Milliseconds between two looks for connections that have become free. */
const GRAB = 100;

const KILL_BACKENDS = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1';

/** What Postgres' own process, its backends and its connections can suffer. */
export const POSTGRES_ROWS: readonly Row[] = [
  {
    name: 'postgres-stopped',
    fault: 'Postgres stopped for a while, and many records due',
    hasManyDue: true,
    async strike({ postgres, scale }) {
      await postgres.stop();
      await sleep(scale.outage);
      await postgres.start();
      return undefined;
    },
  },
  {
    name: 'postgres-restarted',
    fault: 'Postgres restarted three times, the last time after kill -9',
    async strike({ postgres }) {
      for (const end of ['stop', 'stop', 'kill'] as const) {
        await postgres[end]();
        await postgres.start();
        await sleep(BETWEEN_RESTARTS);
      }
      return undefined;
    },
  },
  {
    name: 'postgres-backends-killed',
    fault: 'all backends of Postgres terminated twice a second',
    async strike({ postgres, database, scale }) {
      const until = Date.now() + scale.outage;
      while (Date.now() < until) {
        await queryOnce(postgres.url('postgres'), KILL_BACKENDS, [database]);
        await sleep(BLOW);
      }
      return undefined;
    },
  },
  {
    name: 'postgres-connections-taken',
    fault: 'all connections of Postgres taken by others',
    strike: takeAllConnections,
  },
];

/** Takes what is free, and what becomes free when the product loses its own, for as long as an outage takes. */
async function takeAllConnections({ postgres, database, scale }: Ground): Promise<undefined> {
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
    const until = Date.now() + scale.outage;
    while (await take());
    await taken[0]?.query(KILL_BACKENDS, [database]);
    while (Date.now() < until) {
      while (await take());
      await sleep(GRAB);
    }
  } finally {
    await Promise.all(taken.map((client) => client.end()));
  }
  return undefined;
}
