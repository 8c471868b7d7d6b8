/** What a row has come to. */
export type Result = { readonly name: string; readonly fault: string } & (
  | { readonly outcome: 'passed'; readonly figures: Figures }
  | { readonly outcome: 'failed'; readonly figures: Figures | null; readonly reasons: readonly string[] }
  | { readonly outcome: 'not run'; readonly reason: string }
);

/** What was measured in a row. Times are milliseconds. */
export interface Figures {
  /** Commands that were acknowledged: each answered PROCESSED, SNAPSHOT or SENT, a refusal included. */
  readonly acknowledged: number;
  /** Of all answers, those that told the caller to come back: 408, 429, 503, or a connection that broke. */
  readonly putOff: number;
  /** Retries that the timer prepared. */
  readonly prepared: number;
  /** Of those, the ones that fell due while the fault lasted. */
  readonly dueDuringFault: number;
  /** How late the last of the retries was prepared, counted from its deadline, or from the end of the fault where that was later. */
  readonly worstLateness: number;
  /** How long the fault lasted. */
  readonly faultTime: number;
  /** By what the fault itself was seen. */
  readonly sign: string;
}
