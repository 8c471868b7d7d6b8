import { closeSync, createReadStream, openSync, statSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { type Progress, type Refused, importHistories } from './import/index.ts';
import { checkCluster, createPools, migrate } from './store/index.ts';

/** What is to be read, and where what was refused is written; null: to standard error. */
export interface ImportFiles {
  /** `-` is standard input. */
  readonly input: string;
  readonly refused: string | null;
}

/** A file of an import cannot be used; the message says why. */
export class ImportFileError extends Error {
  override readonly name = 'ImportFileError';

  constructor(what: string, cause: unknown) {
    super(`${what} (${cause instanceof Error ? cause.message : String(cause)}).`, { cause });
  }
}

/** Milliseconds between two lines that say how far it is. */
const PROGRESS_INTERVAL = 2_000;

/** Exit codes: all is there; something was refused; stopped before the end, as shells know it. */
const DONE = 0;
const REFUSED = 1;
const STOPPED = 130;

/** The files that the arguments of `import` name; null: they cannot be understood. */
export function readImportFiles(args: readonly string[]): ImportFiles | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { refused: { type: 'string' } },
      allowPositionals: true,
    });
    const [input, ...more] = positionals;
    return input === undefined || more.length > 0 ? null : { input, refused: values.refused ?? null };
  } catch {
    return null;
  }
}

/**
 * The command `import`: takes in the history of another recorder, while a service may be running, and says what came of it.
 * The first signal to stop ends it after what it is at.
 * @returns the exit code
 * @throws ImportFileError; as `migrate`, `checkCluster` and `importHistories`
 */
export async function importFile({ databaseUrl }: Config, log: Logger, files: ImportFiles): Promise<number> {
  const stopping = new AbortController();
  const stop = (): void => {
    say('Stopping. Once more, and it ends at once.');
    stopping.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (isSameFile(files.input, files.refused)) {
    throw new ImportFileError(`${files.refused} cannot be written`, 'it is what is to be imported');
  }
  const refusals = openRefusals(files.refused);
  await migrate(databaseUrl, log);
  const pools = createPools(databaseUrl, log);
  try {
    await checkCluster(pools.commands);
    const deps = { pools, stopping: stopping.signal, onProgress: sayNowAndThen(), onRefused: refusals.add };
    const progress = await importHistories(deps, readInput(files.input, stopping.signal));
    process.stdout.write(`${report(progress, files, stopping.signal.aborted)}\n`);
    if (stopping.signal.aborted) return STOPPED;
    return progress.refused > 0 ? REFUSED : DONE;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    refusals.close();
    await pools.end();
  }
}

async function* readInput(input: string, stopping: AbortSignal): AsyncGenerator<Buffer> {
  const stream = input === '-' ? process.stdin : createReadStream(input);
  // It may wait for something to read for ever.
  stopping.addEventListener('abort', () => stream.destroy(), { once: true });
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if (!stopping.aborted) throw new ImportFileError(`${input} cannot be read`, error);
  }
}

/** Whether both are one file by whatever name, which would be emptied before it was read. */
function isSameFile(input: string, refused: string | null): boolean {
  if (refused === null) return false;
  try {
    const from = statSync(input === '-' ? '/dev/stdin' : input, { bigint: true });
    const to = statSync(refused, { bigint: true });
    return from.isFile() && from.dev === to.dev && from.ino === to.ino;
  } catch {
    // What is not there yet is another file; what may not be looked at is told of when it is opened.
    return false;
  }
}

function openRefusals(file: string | null): { readonly add: (refused: Refused) => void; readonly close: () => void } {
  if (file === null) {
    return {
      add({ place, aggregateId, version, reason }) {
        const what = aggregateId === null ? '' : ` (record ${aggregateId}, version ${version ?? 'unknown'})`;
        say(`Refused, ${place}${what}: ${reason}`);
      },
      close: () => undefined,
    };
  }
  try {
    const descriptor = openSync(file, 'w');
    return {
      add(refused) {
        writeSync(descriptor, `${JSON.stringify(refused)}\n`);
      },
      close() {
        closeSync(descriptor);
      },
    };
  } catch (error) {
    throw new ImportFileError(`${file} cannot be written`, error);
  }
}

function sayNowAndThen(): (progress: Progress) => void {
  let saidAt = Date.now();
  return ({ read, readable, taken, present, refused }) => {
    if (Date.now() - saidAt < PROGRESS_INTERVAL) return;
    saidAt = Date.now();
    const done = taken + present;
    say(done === 0 ? `${read} read` : `${done} of ${readable} stored: ${taken} taken, ${present} there already`);
    if (refused > 0) say(`${refused} refused so far`);
  };
}

function report({ read, taken, present, refused }: Progress, files: ImportFiles, isStopped: boolean): string {
  const counts = `Event streams: ${read} read, ${taken} taken, ${present} there already, ${refused} refused.`;
  if (isStopped) return `${counts}\nStopped before the end. Run it again, and it goes on: what is there is skipped.`;
  if (refused > 0 && files.refused !== null) return `${counts}\nWhat was refused, and why, is in ${files.refused}.`;
  return taken === 0 && refused === 0 ? `${counts}\nNothing has changed.` : counts;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
