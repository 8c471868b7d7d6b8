import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const DOCUMENTS = z.array(z.record(z.string(), z.unknown()));

const CASE = z.object({
  name: z.string(),
  kind: z.enum(['list', 'listState', 'paged', 'pagedState', 'single', 'singleState', 'count']),
  /** The body of the request; undefined: it has none. */
  query: z.unknown(),
  headers: z.record(z.string(), z.string()).default({}),
  profile: z.enum(['compat', 'guarded']).default('compat'),
  clock: z.iso.datetime({ offset: true }).optional(),
  /** `aggregateId` of snapshots, `state.id` of states, `id` of event streams, in the order of the answer. */
  expectIds: z.array(z.string()).optional(),
  expectDocs: z.array(z.unknown()).optional(),
  expectTotal: z.number().optional(),
  expectCount: z.number().optional(),
  expectError: z.object({ status: z.number(), errorCode: z.string(), errorMsg: z.string().optional() }).optional(),
});

const CASES = z.array(CASE).default([]);

const FILE = z.object({
  /** What the server must take for now. */
  clock: z.iso.datetime({ offset: true }),
  /** Time zone of dates that name none. */
  defaultZone: z.string(),
  snapshots: DOCUMENTS.default([]),
  cases: CASES,
  eventStreams: DOCUMENTS.default([]),
  eventCases: CASES,
});

/** Documents, and queries over them with what they must be answered. */
export type QueryCaseFile = z.output<typeof FILE>;

export type QueryCase = z.output<typeof CASE>;

/** Reads a file of cases. @throws Error where it is none */
export async function readQueryCases(path: string | URL): Promise<QueryCaseFile> {
  return FILE.parse(JSON.parse(await readFile(path, 'utf8')));
}
