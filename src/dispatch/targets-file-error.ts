/** One thing that is wrong with a targets file. */
export interface TargetsFileProblem {
  /** Keys and indexes from the root of the file. */
  readonly path: readonly PropertyKey[];
  /** What is wrong and what would be right. Never holds a secret. */
  readonly text: string;
}

/** Takes note of a problem; `path` from wherever the caller stands. */
export type Report = (path: readonly PropertyKey[], text: string) => void;

/** The targets file cannot be used. Its message names the file and, line by line, every place, what is wrong and what would be right. */
export class TargetsFileError extends Error {
  override readonly name = 'TargetsFileError';
  readonly file: string;
  readonly problems: readonly TargetsFileProblem[];

  constructor(file: string, problems: readonly TargetsFileProblem[]) {
    const lines = problems.map(({ path, text }) => (path.length === 0 ? text : `${formatPath(path)} ${text}`));
    super(`targets file ${file}: ${lines.join(`\ntargets file ${file}: `)}`);
    this.file = file;
    this.problems = problems;
  }
}

/** `["targets", 1, "url"]` as `targets[1].url`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${printableKey(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** A key up to its first odd character: behind that, a slip such as `secret:whsec_…` may have put a secret. */
export function printableKey(key: PropertyKey): string {
  const text = String(key);
  const plain = /^[\w-]*/.exec(text)?.[0] ?? '';
  return plain === text ? text : `${plain}…`;
}
