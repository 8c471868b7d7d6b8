import { readEventStream } from '../command-handler/index.ts';
import type { EventStream } from '../domain/index.ts';
import { FIRST_STAGED, type Pools, type StagedStream, type Staging, openStaging } from '../store/index.ts';
import type { Piece } from './piece.ts';
import { readPieces } from './read-pieces.ts';
import { type Broken, lastRefused, takeStreams } from './take-streams.ts';

/** Event streams that are staged, and taken, at a time: few, so that no transaction holds back the feed. */
const BATCH = 250;
/** Characters or bytes of JSON after which a batch ends as well. */
const BATCH_SIZE = 1024 * 1024;

/** How far an import has come. */
export interface Progress {
  /** Event streams that were read, of which so many could be. */
  readonly read: number;
  readonly readable: number;
  /** Stored by this import. */
  readonly taken: number;
  /** There already, and the same. */
  readonly present: number;
  readonly refused: number;
}

/** What was not taken, and why. */
export interface Refused {
  /** E.g. `line 17`. */
  readonly place: string;
  /** Null where the input does not say so readably. */
  readonly aggregateId: string | null;
  readonly version: number | null;
  /** A sentence. */
  readonly reason: string;
}

export interface ImportDeps {
  readonly pools: Pools;
  /** Told after every batch. */
  readonly onProgress: (progress: Progress) => void;
  readonly onRefused: (refused: Refused) => void;
  /** Ends the import behind the batch that is at work. */
  readonly stopping: AbortSignal;
}

/** Another import is at work on this database. */
export class ImportRuns extends Error {
  override readonly name = 'ImportRuns';
  constructor() {
    super('Another import is at work on this database: wait for it, or stop it.');
  }
}

/**
 * Takes in the event streams that another recorder has exported, in whichever order they come. They are read to the end
 * and checked one by one, then taken record by record. What is there already stays as it is, so that an import that broke
 * off goes on when it is run again.
 * @returns how far it came
 * @throws ImportRuns; StoreUnavailable; what reading the input throws
 */
export async function importHistories(deps: ImportDeps, input: AsyncIterable<Buffer>): Promise<Progress> {
  const progress = { read: 0, readable: 0, taken: 0, present: 0, refused: 0 };
  const refuse = (refused: Refused): void => {
    progress.refused += 1;
    deps.onRefused(refused);
  };
  const staging = await openStaging(deps.pools);
  if (staging === null) throw new ImportRuns();
  try {
    await stage(deps, staging, input, progress, refuse);
    await take(deps, staging, progress, refuse);
  } finally {
    await staging.close();
  }
  return progress;
}

type Counts = { -readonly [Count in keyof Progress]: number };

async function stage(
  { stopping, onProgress }: ImportDeps,
  staging: Staging,
  input: AsyncIterable<Buffer>,
  progress: Counts,
  refuse: (refused: Refused) => void,
): Promise<void> {
  let batch: StagedStream[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await staging.add(batch);
    batch = [];
    size = 0;
    onProgress(progress);
  };
  for await (const piece of readPieces(input)) {
    if (stopping.aborted) return;
    progress.read += 1;
    const reading = readPiece(piece);
    if ('reason' in reading) {
      refuse(reading);
      continue;
    }
    progress.readable += 1;
    const document = JSON.stringify(reading);
    const { aggregateId, version } = reading;
    batch.push({ aggregateId, version, number: progress.readable, place: piece.place, document });
    size += document.length;
    if (batch.length >= BATCH || size >= BATCH_SIZE) await flush();
  }
  await flush();
}

async function take(
  { pools, stopping, onProgress }: ImportDeps,
  staging: Staging,
  progress: Counts,
  refuse: (refused: Refused) => void,
): Promise<void> {
  let after = FIRST_STAGED;
  let broken: Broken = null;
  for (;;) {
    if (stopping.aborted) return;
    const staged: StagedStream[] = await staging.read(after, { count: BATCH, size: BATCH_SIZE });
    const last = staged.at(-1);
    if (last === undefined) return;
    after = last;
    const batch = staged.map(({ place, document }) => ({ place, stream: JSON.parse(document) as EventStream }));
    const verdicts = await takeStreams(pools.commands, batch, broken);
    for (const verdict of verdicts) {
      if (verdict.kind === 'refused') refuse(refusedStream(verdict.place, verdict.stream, verdict.reason));
      else progress[verdict.kind] += 1;
    }
    broken = lastRefused(verdicts) ?? broken;
    onProgress(progress);
  }
}

/** The event stream in a piece of the input, or why there is none. */
function readPiece(piece: Piece): EventStream | Refused {
  const { place } = piece;
  if (piece.text === null) return { place, aggregateId: null, version: null, reason: piece.reason };
  let document: unknown;
  try {
    document = JSON.parse(piece.text);
  } catch (error) {
    return { place, aggregateId: null, version: null, reason: `It is not JSON: ${(error as Error).message}.` };
  }
  const reading = readEventStream(document);
  if (reading.ok) return reading.stream;
  const { aggregateId, version, errorCode, errorMsg } = (document ?? {}) as Record<string, unknown>;
  const isFailure = typeof errorCode === 'string' && aggregateId === undefined;
  return {
    place,
    aggregateId: typeof aggregateId === 'string' ? aggregateId : null,
    version: typeof version === 'number' ? version : null,
    reason: isFailure
      ? `The export failed here, and is not complete: ${errorCode} ${String(errorMsg)}`
      : reading.reason,
  };
}

function refusedStream(place: string, { aggregateId, version }: EventStream, reason: string): Refused {
  return { place, aggregateId, version, reason };
}
