import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { Logger } from 'pino';
import { StoreUnavailable, StoreUnusable, storeError } from './errors.ts';

const DIRECTORY = fileURLToPath(new URL('./migrations/', import.meta.url));
const MIN_SERVER_VERSION = 150_000;

/**
 * Brings the schema up to date. Safe when several processes start at once: an advisory lock makes them wait.
 * @throws StoreUnusable where Postgres does not let us in, is too old, or has a schema that was written by a newer release
 */
export async function migrate(databaseUrl: string, log: Logger): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'redress migrate',
    connectionTimeoutMillis: 5_000,
  });
  // A connection that breaks between two statements lets the next one fail, which is enough.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkServer(client);
    await checkSchema(client);
    const applied = await runner({
      dbClient: client,
      dir: DIRECTORY,
      schema: 'redress',
      createSchema: true,
      migrationsSchema: 'redress',
      createMigrationsSchema: true,
      migrationsTable: 'migration',
      direction: 'up',
      advisoryLockMode: 'wait',
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: (message) => {
          log.warn(message);
        },
        error: (message) => {
          log.error(message);
        },
      },
    });
    for (const { name } of applied) log.info({ migration: name }, 'migrated the schema');
  } catch (error) {
    const sorted = storeError(error);
    if (!(sorted instanceof StoreUnavailable)) throw sorted;
    throw new StoreUnusable(
      `${sorted.message} Start Postgres, or correct host, user, password and database in DATABASE_URL.`,
      { cause: error },
    );
  } finally {
    await client.end();
  }
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: string; text: string }>(
    `select current_setting('server_version_num') as number, current_setting('server_version') as text`,
  );
  const version = rows[0];
  if (version !== undefined && Number(version.number) < MIN_SERVER_VERSION) {
    throw new StoreUnusable(
      `Postgres ${version.text} is too old: Redress needs 15 or later. Point DATABASE_URL at a newer server.`,
    );
  }
}

/** Refuses to touch a schema that knows migrations which this release does not. */
async function checkSchema(client: pg.Client): Promise<void> {
  const { rows: tables } = await client.query<{ found: boolean }>(
    `select to_regclass('redress.migration') is not null as found`,
  );
  if (tables[0]?.found !== true) return;
  const { rows } = await client.query<{ name: string }>('select name from redress.migration order by name');
  const known = new Set((await readdir(DIRECTORY)).map((file) => file.replace(/\.sql$/, '')));
  const unknown = rows.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new StoreUnusable(
      `The database was migrated by a newer release of Redress (${unknown.join(', ')}). ` +
        'Start that release or a later one, or restore a backup from before the upgrade.',
    );
  }
}
