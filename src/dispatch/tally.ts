/** The counts are of the last so many minutes. */
export const TALLY_MINUTES = 60;
/** Failures that are remembered of each target. */
const MAX_FAILURES = 10;
const MINUTE = 60_000;

/** A failed attempt; `at` in epoch milliseconds. */
export interface TalliedFailure {
  readonly executionId: string;
  readonly attempt: number;
  readonly errorCode: string;
  readonly at: number;
}

/** What happened between this process and a target in the last {@link TALLY_MINUTES} minutes. */
export interface TallyCounts {
  /** Attempts that were handed over. */
  readonly delivered: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The newest failures, newest first; not more than ten. */
  readonly failures: readonly TalliedFailure[];
}

/** Counts deliveries by the name of their target. In memory, and for this process only. */
export interface Tally {
  delivered(target: string): void;
  succeeded(target: string): void;
  failed(target: string, failure: Omit<TalliedFailure, 'at'>): void;
  read(target: string): TallyCounts;
}

interface Minute {
  readonly minute: number;
  delivered: number;
  succeeded: number;
  failed: number;
}

interface Account {
  minutes: Minute[];
  failures: TalliedFailure[];
}

/** An empty tally; `now` in epoch milliseconds. It holds an hour of each target that the files have named, and no more. */
export function createTally(now: () => number): Tally {
  const accounts = new Map<string, Account>();
  const isLately = (minute: number): boolean => minute > Math.floor(now() / MINUTE) - TALLY_MINUTES;

  const accountOf = (target: string): Account => {
    let account = accounts.get(target);
    if (account === undefined) {
      account = { minutes: [], failures: [] };
      accounts.set(target, account);
    }
    return account;
  };
  const thisMinute = (target: string): Minute => {
    const account = accountOf(target);
    const minute = Math.floor(now() / MINUTE);
    const newest = account.minutes.at(-1);
    if (newest?.minute === minute) return newest;
    const fresh = { minute, delivered: 0, succeeded: 0, failed: 0 };
    account.minutes = [...account.minutes.filter((each) => isLately(each.minute)), fresh];
    return fresh;
  };

  return {
    delivered(target) {
      thisMinute(target).delivered += 1;
    },
    succeeded(target) {
      thisMinute(target).succeeded += 1;
    },
    failed(target, failure) {
      thisMinute(target).failed += 1;
      const account = accountOf(target);
      account.failures = [{ ...failure, at: now() }, ...account.failures].slice(0, MAX_FAILURES);
    },
    read(target) {
      const { minutes, failures } = accounts.get(target) ?? { minutes: [], failures: [] };
      const lately = minutes.filter(({ minute }) => isLately(minute));
      const sum = (of: 'delivered' | 'succeeded' | 'failed'): number => lately.reduce((all, each) => all + each[of], 0);
      return {
        delivered: sum('delivered'),
        succeeded: sum('succeeded'),
        failed: sum('failed'),
        failures: failures.filter(({ at }) => isLately(Math.floor(at / MINUTE))),
      };
    },
  };
}
