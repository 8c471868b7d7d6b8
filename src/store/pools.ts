import pg from 'pg';
import type { Logger } from 'pino';
import { StoreConflict, StoreRefused, StoreUnavailable, isFull, storeError } from './errors.ts';
import { type Streams, createStreams } from './streams.ts';

/**
 * How many connections each kind of work may hold, how long one statement may take, and how long a transaction may lie
 * still between two of them (milliseconds): a reader of a stream may pause, while a stalled command would hold back
 * every reader of the feed.
 */
const POOLS = {
  commands: { max: 16, statementTimeout: 2_000, idleInTransaction: 5_000 },
  creates: { max: 8, statementTimeout: 2_000, idleInTransaction: 5_000 },
  queries: { max: 8, statementTimeout: 10_000, idleInTransaction: 5_000 },
  streams: { max: 8, statementTimeout: 10_000, idleInTransaction: 90_000 },
} as const;
/** Longest wait for a free or new connection, in milliseconds; a command gives up well before its activity does. */
const CONNECT_TIMEOUT = 2_000;
/**
 * Milliseconds for which an idle connection is kept. A page that needs a new one takes 30 ms in place of 12, since its
 * backend reads the catalogs and plans each statement anew, and people look at pages some seconds apart.
 */
const IDLE_TIMEOUT = 60_000;
/**
 * So this process learns within half a minute that Postgres is gone with its whole machine, also of an idle connection: a
 * lock that it holds is nobody's then. The system's own default is two hours.
 */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;
/**
 * Postgres learns within half a minute that the other end of a session is gone with its whole machine: until then it
 * keeps the session's locks, and nobody else can lead. Its own default is two hours.
 */
const NOTICE_DEATH = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4';

export type Client = pg.ClientBase;

/** A statement with a name of its own, so that Postgres parses and plans it once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** One pool of connections for one kind of work, so that slow queries never starve commands. */
export interface Pool {
  /** Runs one statement. @throws StoreUnavailable, StoreConflict or StoreRefused */
  query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Runs `work` in one transaction, rolled back when it throws. @throws as {@link Pool.query} */
  transaction<Result>(work: (client: Client) => Promise<Result>): Promise<Result>;
  /** Callers that wait for a connection right now. */
  waiting(): number;
}

export interface Pools {
  readonly commands: Pool;
  /** For creates that are stored at once: they come in storms, and nothing else is to queue behind them. */
  readonly creates: Pool;
  readonly queries: Pool;
  readonly streams: Streams;
  /** A connection of one's own, outside the pools: for a lock that a session holds. The caller ends it. */
  session(name: string): Promise<pg.Client>;
  end(): Promise<void>;
}

/** Opens the pools; no connection is made before the first use. */
export function createPools(databaseUrl: string, log: Logger): Pools {
  const pools = Object.entries(POOLS).map(([name, { max, statementTimeout, idleInTransaction }]) => {
    const pool = new pg.Pool({
      connectionString: databaseUrl,
      max,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      idleTimeoutMillis: IDLE_TIMEOUT,
      statement_timeout: statementTimeout,
      // A little longer than the server's own limit: only a dead connection runs into it.
      query_timeout: statementTimeout + 1_000,
      idle_in_transaction_session_timeout: idleInTransaction,
      ...KEEP_ALIVE,
      application_name: `redress ${name}`,
    });
    // An idle connection that breaks is replaced by the next use; without a listener it would end the process.
    pool.on('error', (error) => {
      log.warn({ pool: name, reason: error.message }, 'lost an idle Postgres connection');
    });
    // So would one that breaks between two statements of a transaction, where the next statement fails by itself.
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  });
  const [commands, creates, queries, streams] = pools as [pg.Pool, pg.Pool, pg.Pool, pg.Pool];
  return {
    commands: wrap(commands),
    creates: wrap(creates),
    queries: wrap(queries),
    streams: createStreams(streams),
    async session(name) {
      const client = new pg.Client({
        connectionString: databaseUrl,
        connectionTimeoutMillis: CONNECT_TIMEOUT,
        statement_timeout: POOLS.commands.statementTimeout,
        query_timeout: POOLS.commands.statementTimeout + 1_000,
        ...KEEP_ALIVE,
        application_name: `redress ${name}`,
      });
      // One that breaks before the caller listens fails its next statement; without a listener it would end the process.
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.query(NOTICE_DEATH);
      } catch (error) {
        await client.end();
        throw storeError(error);
      }
      return client;
    },
    async end() {
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

function wrap(pool: pg.Pool): Pool {
  return {
    async query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]) {
      let client: pg.PoolClient | undefined;
      try {
        client = await pool.connect();
        const rows = await run<Row>(client, statement, values);
        client.release();
        return rows;
      } catch (cause) {
        const error = storeError(cause);
        const isAboutData = error instanceof StoreConflict || error instanceof StoreRefused;
        // After anything else a new connection may do better.
        client?.release(!isAboutData);
        throw error;
      }
    },
    async transaction(work) {
      let client: pg.PoolClient | undefined;
      try {
        client = await pool.connect();
        await client.query('begin');
        const result = await work(client);
        await client.query('commit');
        client.release();
        return result;
      } catch (error) {
        await client?.query('rollback').then(
          () => client?.release(),
          // The connection is beyond use: closing it rolls back.
          (broken: unknown) => client?.release(broken instanceof Error ? broken : true),
        );
        throw storeError(error);
      }
    },
    waiting: () => pool.waitingCount,
  };
}

/** Runs a named statement on a client that is inside a transaction. */
export async function run<Row extends pg.QueryResultRow>(
  client: Client,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  return (await client.query<Row>({ ...statement, values: [...values] })).rows;
}

/** Runs a named statement inside a transaction or alone. */
export function runOn<Row extends pg.QueryResultRow>(
  on: Client | Pool,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  return 'transaction' in on ? on.query<Row>(statement, values) : run<Row>(on, statement, values);
}

/** What the store is asked to see whether it answers. */
export const VALIDATION_QUERY = `select current_setting('server_version') as version`;

const PING: Statement = { name: 'ping', text: VALIDATION_QUERY };

/** The server's version, if it answers. @throws StoreUnavailable */
export async function pingStore(pool: Pool): Promise<string> {
  const rows = await pool.query<{ version: string }>(PING, []);
  return rows[0]?.version ?? '';
}

/** Whether Postgres can be reached right now: a new connection shows it, whatever became of those in the pools. */
export async function isReachable(pools: Pick<Pools, 'session'>): Promise<boolean> {
  try {
    const session = await pools.session('probe');
    // Its end is not waited for: it may never be confirmed.
    void session.end();
    return true;
  } catch (error) {
    if (error instanceof StoreUnavailable) return isFull(error);
    throw error;
  }
}
