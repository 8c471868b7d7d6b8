import type { CreateExecutionFailed, Snapshot } from '../../src/domain/index.ts';
import type { Api, SentHeaders } from './api.ts';
import { eventually } from './eventually.ts';
import type { System } from './system.ts';

/** Makes a record with this id. @throws Error where that is refused */
export async function createRecord(
  { api }: { readonly api: Api },
  id: string,
  but: Partial<CreateExecutionFailed> = {},
  headers: SentHeaders = {},
): Promise<string> {
  const { status, body } = await api.create(but, { 'Command-Aggregate-Id': id, ...headers });
  if (status !== 200) throw new Error(`the create of record ${id} is answered ${status}: ${JSON.stringify(body)}`);
  return id;
}

/** The snapshot of a record, as soon as it has this version or a later one. */
export function atVersion({ api }: { readonly api: Api }, id: string, version: number): Promise<Snapshot> {
  return eventually(async () => {
    const snapshot = await api.snapshot(id);
    if (snapshot.version < version) throw new Error(`record ${id} is still at version ${snapshot.version}`);
    return snapshot;
  });
}

/** The codes of all refusals that are recorded of a record. */
export async function refusalsOf(store: Pick<System, 'sql'>, id: string): Promise<string[]> {
  const rows = await store.sql<{ code: string }>(
    'select code from redress.refusal where aggregate_id = $1 order by recorded_at',
    [id],
  );
  return rows.map(({ code }) => code);
}
