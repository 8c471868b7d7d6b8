import type { Documents } from './create-statement.ts';
import { queryOnce } from './servers.ts';

const NEWEST = `select e.document as stream, s.document as snapshot
from redress.snapshot s join redress.event_stream e using (aggregate_id)
where s.version = 1 order by aggregate_id desc limit 1`;

/** What the product has stored of its newest create. @throws Error where it has stored none */
export async function readDocuments(databaseUrl: string): Promise<Documents> {
  const [documents] = await queryOnce<Documents>(databaseUrl, NEWEST);
  if (documents === undefined) throw new Error('the product has not stored any create');
  return documents;
}
