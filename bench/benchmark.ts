import type { Chosen } from './chosen.ts';
import type { Servers } from './servers.ts';

/** What the person at the terminal chose. */
export interface Options {
  /** A shorter run, to see whether all is well; what it misses is said and not judged. */
  readonly quick: boolean;
  /** A longer run, where the benchmark has one. */
  readonly full: boolean;
  /** Of the benchmark's figures those that are to be measured. */
  readonly isChosen: Chosen;
}

/** What a benchmark has found out. */
export interface Report {
  /** For the terminal. */
  readonly text: string;
  /** For the file: everything that was measured. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What is worse than it has to be, in a sentence each. */
  readonly failures: readonly string[];
}

export interface Benchmark {
  /** One line for the help. */
  readonly about: string;
  /** The name under which its servers are kept for the next run; null: they go with this one. */
  keeps?(options: Pick<Options, 'quick'>): string | null;
  /** The names of its figures, where each can be measured without the others. */
  figures?(options: Pick<Options, 'quick'>): readonly string[];
  run(servers: Servers, options: Options): Promise<Report>;
}
