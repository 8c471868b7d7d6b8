/** What the load generator is to do: a closed loop, so that every caller sends its next command when it has its answer. */
export interface Job {
  /** Where the service or the baseline listens. */
  readonly url: string;
  readonly callers: number;
  /** When it is over: after so many seconds, or after so many commands. */
  readonly until: { readonly seconds: number } | { readonly commands: number };
  readonly command:
    | {
        readonly name: 'create';
        /** When the records fall due, epoch milliseconds: the first one then, every other one `interval` later. */
        readonly due: { readonly first: number; readonly interval: number };
        /** Of the failure; one of eight frames where it is left out. */
        readonly stackTrace?: string;
      }
    /** Each command goes to the next of these records; after the last one comes the first one again. */
    | { readonly name: 'signal'; readonly ids: readonly string[] };
}

/** How it went. */
export interface JobResult {
  /** Commands that were answered in time. */
  readonly commands: number;
  /** All that were sent, those included whose answer came too late to count. */
  readonly sent: number;
  /** Seconds that the job took. */
  readonly seconds: number;
  /** Milliseconds from the request to the whole answer, of each of those commands, ascending. */
  readonly latencies: readonly number[];
  /** The ids of the records of those commands. */
  readonly ids: readonly string[];
}
