import { isDeepStrictEqual } from 'node:util';
import { type EventStream, deadline, evolve, notBeforeAfter } from '../domain/index.ts';
import {
  type Client,
  type Pool,
  StoreConflict,
  StoreRefused,
  StoreTimeout,
  type StoredRecord,
  findVersions,
  lockRecords,
  takeHistories,
} from '../store/index.ts';

/** An event stream, and where it was read. */
export interface Placed {
  readonly place: string;
  readonly stream: EventStream;
}

/** What became of one event stream. */
export type Verdict = Placed &
  ({ readonly kind: 'taken' | 'present' } | { readonly kind: 'refused'; readonly reason: string });

/** The last version that was refused: those of the same record behind it are refused as well. */
export type Broken = Pick<EventStream, 'aggregateId' | 'version'> | null;

/** Times a single stream is tried whose keys were taken by others at the same moment. */
const TRIES = 3;

/**
 * Takes event streams in, which are in the order of records and versions: each that follows the versions that are there is
 * stored, and the record with it. What Postgres does not take as a whole is taken in parts, down to the one to blame.
 * `broken` says where earlier ones ended. @throws StoreUnavailable
 */
export async function takeStreams(pool: Pool, placed: readonly Placed[], broken: Broken): Promise<Verdict[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await pool.transaction((client) => takeLocked(client, placed, broken));
    } catch (error) {
      const isToBlame = error instanceof StoreConflict || error instanceof StoreRefused;
      const [first] = placed;
      if (first === undefined || !(isToBlame || error instanceof StoreTimeout)) throw error;
      if (placed.length === 1) {
        if (!isToBlame) throw error;
        if (error instanceof StoreConflict && isVersionTaken(error) && tries < TRIES) continue;
        return [{ ...first, kind: 'refused', reason: reasonOf(error, first.stream) }];
      }
      const middle = placed.length >> 1;
      const head = await takeStreams(pool, placed.slice(0, middle), broken);
      return [...head, ...(await takeStreams(pool, placed.slice(middle), lastRefused(head) ?? broken))];
    }
  }
}

/** The last of them that was refused. */
export function lastRefused(verdicts: readonly Verdict[]): Broken {
  return verdicts.findLast(({ kind }) => kind === 'refused')?.stream ?? null;
}

async function takeLocked(client: Client, placed: readonly Placed[], broken: Broken): Promise<Verdict[]> {
  const streams = placed.map(({ stream }) => stream);
  const records = await lockRecords(client, [...new Set(streams.map(({ aggregateId }) => aggregateId))]);
  const versions = new Map((await findVersions(client, streams)).map((stream) => [keyOf(stream), stream]));
  const changed = new Map<string, StoredRecord>();
  const added: EventStream[] = [];
  let last = broken;
  const judge = (stream: EventStream): Pick<Verdict, 'kind'> & { reason?: string } => {
    const { aggregateId, version } = stream;
    const record = records.get(aggregateId) ?? null;
    const newest = record?.snapshot.version ?? 0;
    if (last?.aggregateId === aggregateId) {
      return refused(`It comes after version ${last.version} of this record, which was refused.`);
    }
    if (version <= newest) {
      if (isDeepStrictEqual(versions.get(keyOf(stream)), stream)) return { kind: 'present' };
      return refused(
        `Version ${version} of this record is there already, and is not the same: it went on differently here.`,
      );
    }
    if (version > newest + 1) return refused(`Version ${newest + 1} of this record is missing, here and in the input.`);
    const next = recordAfter(record, stream);
    if (typeof next === 'string') return refused(next);
    records.set(aggregateId, next);
    changed.set(aggregateId, next);
    versions.set(keyOf(stream), stream);
    added.push(stream);
    return { kind: 'taken' };
  };
  const verdicts = placed.map(({ place, stream }) => {
    const verdict = { place, stream, ...judge(stream) } as Verdict;
    if (verdict.kind === 'refused') last = stream;
    return verdict;
  });
  if (added.length > 0) await takeHistories(client, added, [...changed.values()]);
  return verdicts;
}

/** The record one version later, or why that version cannot come next. */
function recordAfter(record: StoredRecord | null, stream: EventStream): StoredRecord | string {
  try {
    const snapshot = evolve(record?.snapshot ?? null, stream);
    const notBefore = notBeforeAfter(record?.notBefore ?? null, stream);
    const due = deadline(snapshot, notBefore);
    // Where its workflow may wait for something else than what is due, the starter has it look again.
    return { snapshot, notBefore, deadline: due, engaged: record?.deadline === due ? record.engaged : 0 };
  } catch (error) {
    if (error instanceof RangeError) return `It cannot be: ${error.message}.`;
    throw error;
  }
}

const refused = (reason: string) => ({ kind: 'refused', reason }) as const;

const keyOf = ({ aggregateId, version }: Pick<EventStream, 'aggregateId' | 'version'>): string =>
  `${version} ${aggregateId}`;

const isVersionTaken = ({ constraint }: StoreConflict): boolean =>
  constraint === 'event_stream_version_key' || constraint === 'snapshot_key';

function reasonOf(error: StoreConflict | StoreRefused, { commandId, requestId }: EventStream): string {
  if (error instanceof StoreRefused) return `It cannot be stored: ${error.message}.`;
  return error.constraint === 'event_stream_command_key'
    ? `Its command id ${commandId} belongs to another version that is there already.`
    : `Its request id ${requestId} belongs to another version that is there already.`;
}
