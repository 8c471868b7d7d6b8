import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** A database of one test file. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Makes an empty database on the Postgres of this run. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = fromEnvironment('TEST_DATABASE_URL');
  const name = uniqueName().replaceAll('-', '_');
  await execute(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server, `drop database ${name} with (force)`) };
}

/** `host:port` of the Temporal of this run. */
export const temporalAddress = (): string => fromEnvironment('TEST_TEMPORAL_ADDRESS');

/** A name for a Temporal namespace that no other test file has; it still has to be registered. */
export const createNamespaceName = (): string => uniqueName();

const uniqueName = (): string => `test-${randomUUID().slice(0, 13)}`;

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set. This test needs servers: run it with npm test -- <file>`);
  }
  return value;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'redress tests' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
