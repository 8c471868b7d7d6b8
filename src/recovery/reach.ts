import type { Leadership } from '../store/index.ts';

/** Milliseconds without an answer of Temporal after which a leader makes room, and for which it does not seek to lead then. */
const PATIENCE = 10_000;
const REST = 3_000;

/** Whether Temporal answers this process. */
export interface Reach {
  /** It did not, when it was asked last. */
  isMissed(): boolean;
  answered(): void;
  missed(): void;
  /**
   * Leaves the lead to another process, where there is one, when Temporal has not answered for long: it may answer that one.
   * @throws StoreUnavailable
   */
  makeRoom(): Promise<void>;
}

/** `isAlone` says whether no other process lives. */
export function watchReach(leadership: Leadership, isAlone: () => Promise<boolean>): Reach {
  let missedSince: number | null = null;
  return {
    isMissed: () => missedSince !== null,
    answered() {
      missedSince = null;
    },
    missed() {
      missedSince ??= performance.now();
    },
    async makeRoom() {
      // Who does not lead does not ask.
      if (!leadership.isLeader()) missedSince = null;
      if (missedSince === null || performance.now() - missedSince < PATIENCE) return;
      if (!(await isAlone())) leadership.resign(REST);
      // Others may be cut off as well: it leads for as long again when its turn comes.
      missedSince = null;
    },
  };
}
