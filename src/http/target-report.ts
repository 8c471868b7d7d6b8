/** How the targets stand, as far as people may see it: no secret, no value of a header, nothing of a URL but where it leads. */
export interface TargetReport {
  /** The targets file; null: there is none. */
  readonly file: string | null;
  /** When what is in force was read, epoch milliseconds. */
  readonly loadedAt: number;
  /** Why the file, as it is now, is not in force; null: it is. */
  readonly problem: string | null;
  /** What `lately` means: the last so many minutes, by this process alone, and not further back than its start. */
  readonly lately: { readonly minutes: number; readonly since: number };
  /** In the order in which they are tried. */
  readonly targets: readonly ReportedTarget[];
}

export interface ReportedTarget {
  readonly name: string;
  readonly kind: string;
  readonly match: { readonly context: string; readonly processor: string; readonly function: string };
  /** What else is set for its kind. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Null for a target that nothing is pushed to. */
  readonly lately: {
    readonly delivered: number;
    readonly succeeded: number;
    readonly failed: number;
    /** The newest first. */
    readonly failures: readonly {
      readonly executionId: string;
      readonly attempt: number;
      readonly errorCode: string;
      readonly at: number;
    }[];
  } | null;
}
