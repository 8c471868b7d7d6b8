/** How large everything is in one run of the matrix. */
export interface FaultScale {
  /** Clients that send commands one after the other. */
  readonly clients: number;
  /** Records that fall due during each fault. */
  readonly due: number;
  /** Milliseconds for which something is away, cut or slow, or is struck again and again. */
  readonly outage: number;
}

/** As `npm run faults` does it. */
export const WHOLE: FaultScale = { clients: 8, due: 200, outage: 30_000 };

/** As the tests do it, which have no time for more. */
export const BRIEF: FaultScale = { clients: 6, due: 50, outage: 5_000 };
