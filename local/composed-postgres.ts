import type { ComposeService } from './compose-file.ts';
import { type LocalPostgres, type PostgresOptions, startPostgres, withClient } from './postgres.ts';

/**
 * Starts the Postgres of a data folder with what its image makes at the first start: a superuser of that name and password,
 * and a database that is called the same.
 * @throws LocalError when it cannot be had
 */
export async function startComposedPostgres(
  { environment }: Pick<ComposeService, 'environment'>,
  options: PostgresOptions,
): Promise<LocalPostgres> {
  const { POSTGRES_USER: user = '', POSTGRES_PASSWORD: password = '' } = environment;
  const postgres = await startPostgres(options);
  await withClient(postgres.url('postgres'), async (client) => {
    const name = client.escapeIdentifier(user);
    const roles = await client.query('select from pg_roles where rolname = $1', [user]);
    if (roles.rowCount === 0) {
      await client.query(`create role ${name} superuser login password ${client.escapeLiteral(password)}`);
    }
    const databases = await client.query('select from pg_database where datname = $1', [user]);
    if (databases.rowCount === 0) await client.query(`create database ${name} owner ${name}`);
  });
  return postgres;
}
