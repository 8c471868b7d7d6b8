import { execFile } from 'node:child_process';
import { existsSync, globSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Documents } from './create-statement.ts';
import { type Servers, queryOnce } from './servers.ts';

const run = promisify(execFile);

/** Where distributions keep what is not on the PATH; the newest version comes first. */
const FOLDERS = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/opt/homebrew/opt/postgresql*/bin'];

/** What stands in the documents for the ids of a record: pgbench makes a new one for each. */
const ID = '{{id}}';

/** How fast pgbench went. */
export interface Rate {
  readonly perSecond: number;
  /** Mean milliseconds of a transaction. */
  readonly latency: number;
}

/** The program, or null where there is none. */
function findPgbench(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const installed = globSync(FOLDERS).toSorted().reverse();
  return [...folders, ...installed].map((folder) => join(folder, 'pgbench')).find(existsSync) ?? null;
}

/** A create: the product's statement, with the ids set into the documents by Postgres, since pgbench makes no texts. */
export const CREATES = `\\set id random(1, 9000000000000000)
with stream as (insert into redress.event_stream (document) values (replace(:stream::text, '${ID}', :id::text)::jsonb))
insert into redress.snapshot (document, deadline, not_before, engaged)
values (replace(:snapshot::text, '${ID}', :id::text)::jsonb, :deadline::bigint, null, 0);
`;

/** Records that {@link APPENDS} takes at random: so many that hardly one has more dead rows than Postgres has cleaned up. */
const APPENDED = 1_000;

/**
 * A command to an existing record: lock, look-ups and append, as the service does them in one transaction. The new version
 * is the record's own, so that each is one more.
 */
export const APPENDS = `\\set number random(1, ${APPENDED})
begin;
select aggregate_id as id, version + 1 as version from redress.snapshot where aggregate_id = :number::text for update \\gset
\\set command random(1, 9000000000000000)
select command_id, version from redress.event_stream
where command_id = :command::text or (aggregate_id = :id::text and request_id = :command::text)
union all select command_id, version from redress.refusal where command_id = :command::text;
with stream as (
  insert into redress.event_stream (document, transaction_id)
  select :stream::jsonb || jsonb_build_object('aggregateId', :id::text, 'version', :version::int,
    'commandId', :command::text, 'requestId', :command::text), greatest(pg_current_xact_id(), (
      select before.transaction_id from redress.event_stream before
      where before.aggregate_id = :id::text and before.version = :version::int - 1
        and before.era = (select era from redress.feed)))
)
update redress.snapshot
set document = :snapshot::jsonb || jsonb_build_object('aggregateId', :id::text, 'version', :version::int),
  deadline = :deadline::bigint, engaged = 1
where aggregate_id = :id::text;
commit;
`;

/** Makes the records that {@link APPENDS} needs. */
export async function makeAppended(databaseUrl: string, { stream, snapshot }: Documents): Promise<void> {
  await queryOnce(
    databaseUrl,
    `with stream as (
  insert into redress.event_stream (document)
  select $1::jsonb || jsonb_build_object('aggregateId', id, 'commandId', id, 'requestId', id)
  from (select number::text as id from generate_series(1, $3) as number) as made
)
insert into redress.snapshot (document, deadline, not_before, engaged)
select $2::jsonb || jsonb_build_object('aggregateId', number::text), null, null, 1 from generate_series(1, $3) as number`,
    [JSON.stringify(stream), JSON.stringify(snapshot), APPENDED],
  );
}

/**
 * Runs a script with `callers` connections for `seconds`; it knows `:stream` and `:snapshot`, the documents of a record in
 * which `{{id}}` stands for its ids, and `:deadline`.
 * @throws Error where pgbench refuses the script
 */
export async function runPgbench(
  { folder }: Servers,
  databaseUrl: string,
  documents: Documents,
  script: string,
  { callers, seconds }: { callers: number; seconds: number },
): Promise<Rate> {
  const program = findPgbench();
  if (program === null) throw new Error('There is no pgbench: install the client programs of Postgres.');
  const file = folder.file('pgbench.sql');
  writeFileSync(file, script);
  const { stream, snapshot } = documents;
  const values = {
    stream: JSON.stringify({ ...stream, aggregateId: ID, commandId: ID, requestId: ID }),
    snapshot: JSON.stringify({ ...snapshot, aggregateId: ID }),
    deadline: String(Date.now() + 24 * 3_600_000),
  };
  const args = ['-n', '-M', 'prepared', '-f', file, '-c', String(callers), '-j', '1', '-T', String(seconds)];
  const defined = Object.entries(values).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const url = new URL(databaseUrl);
  try {
    const { stdout } = await run(program, [...args, ...defined, url.href]);
    return { perSecond: figure(stdout, /tps = ([\d.]+)/), latency: figure(stdout, /latency average = ([\d.]+) ms/) };
  } finally {
    rmSync(file);
  }
}

const figure = (output: string, pattern: RegExp): number => Number(pattern.exec(output)?.[1]);
