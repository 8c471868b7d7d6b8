import pg from 'pg';

interface Table {
  readonly table: string;
  /** Those that are not generated, as a list for a statement. */
  readonly columns: string;
}

/**
 * Copies all rows of one database into another of the same schema, as `pg_dump` and a restore do: what the rows say is kept,
 * and the cluster that they come to knows nothing of it.
 */
export async function restoreInto(fromUrl: string, toUrl: string): Promise<void> {
  const from = await connect(fromUrl);
  const to = await connect(toUrl);
  try {
    const { rows: tables } = await from.query<Table>(
      `select table_name as "table", string_agg(quote_ident(column_name), ', ') as columns
       from information_schema.columns
       where table_schema = 'redress' and table_name <> 'migration' and is_generated = 'NEVER' group by table_name`,
    );
    for (const { table, columns } of tables) {
      const { rows } = await from.query<{ row: string }>(`select to_jsonb(t)::text as row from redress.${table} t`);
      await to.query(`truncate redress.${table}`);
      await to.query(
        `insert into redress.${table} (${columns}) overriding system value
         select ${columns} from unnest($1::jsonb[]) as copied (row), jsonb_populate_record(null::redress.${table}, row)`,
        [rows.map(({ row }) => row)],
      );
    }
    const { rows } = await from.query<{ last: string }>(
      'select last_value as last from redress.event_stream_position_seq',
    );
    await to.query(`select setval('redress.event_stream_position_seq', $1)`, [rows[0]?.last]);
  } finally {
    await Promise.all([from.end(), to.end()]);
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'redress tests' });
  await client.connect();
  return client;
}
