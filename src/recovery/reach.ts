import { type Leadership, StoreUnavailable } from '../store/index.ts';

/** Milliseconds without an answer of Temporal after which a leader makes room, and for which it does not seek to lead then. */
const PATIENCE = 10_000;
const REST = 3_000;

/** Whether Temporal answers this process. */
export interface Reach {
  /** It did not, when it was asked last. */
  isMissed(): boolean;
  answered(): void;
  missed(): Promise<void>;
}

/** Leaves the lead to another process, where there is one, when Temporal has not answered for long: it may answer that one. */
export function watchReach(leadership: Leadership, isAlone: () => Promise<boolean>): Reach {
  let missedSince: number | null = null;
  return {
    isMissed: () => missedSince !== null,
    answered() {
      missedSince = null;
    },
    async missed() {
      if (!leadership.isLeader()) missedSince = null;
      else missedSince ??= performance.now();
      if (missedSince === null || performance.now() - missedSince < PATIENCE) return;
      // Others may be cut off as well: it leads for as long again when its turn comes.
      missedSince = null;
      try {
        if (!(await isAlone())) leadership.resign(REST);
      } catch (error) {
        // No other could take the lead either.
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    },
  };
}
