import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';

const LARGEST_LOG = 20 * 1024 * 1024;
const TAIL_LINES = 8;

/** Puts a log aside that has grown too large, in place of the one put aside before. */
export function rotateLog(file: string): void {
  if (existsSync(file) && statSync(file).size > LARGEST_LOG) renameSync(file, `${file}.1`);
}

/** A place in a log. */
export interface LogMark {
  /** The last lines of what came after it. */
  tail(): string;
}

/** Remembers where a log ends now. */
export function markLog(file: string): LogMark {
  const mark = existsSync(file) ? statSync(file).size : 0;
  return {
    tail() {
      const written = readFileSync(file);
      // Shorter than the mark: put aside since then.
      const since = written
        .subarray(written.length < mark ? 0 : mark)
        .toString('utf8')
        .trimEnd();
      return since
        .split('\n')
        .slice(-TAIL_LINES)
        .map((line) => `  ${line}`)
        .join('\n');
    },
  };
}
