/** How large everything is in one run of the matrix. */
export interface FaultScale {
  /** Clients that send commands one after the other. */
  readonly clients: number;
  /** Records that fall due during a fault, and during one that has to do with many. */
  readonly due: number;
  readonly manyDue: number;
  /** Milliseconds for which something is away, cut or slow, or is struck again and again. */
  readonly outage: number;
  /** Milliseconds under load before the fault, and again after it. */
  readonly calm: number;
}

/** As `npm run faults` does it. */
export const WHOLE: FaultScale = { clients: 8, due: 200, manyDue: 1_000, outage: 30_000, calm: 5_000 };

/** As the tests do it, which have no time for more. */
export const BRIEF: FaultScale = { clients: 6, due: 30, manyDue: 300, outage: 4_000, calm: 1_500 };
