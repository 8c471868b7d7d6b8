import { CancellationScope, isCancellation, patched, sleep } from '@temporalio/workflow';

/** Runs of earlier releases kept a timer that was late; their histories go on without what is done about it. */
const OVERDUE_TIMER = 'overdue-timer';

/** One durable timer on a deadline that moves; it is re-armed only when the deadline does. Times are epoch milliseconds. */
export class Deadline {
  #at: number | null = null;
  #scope: CancellationScope | undefined;

  /** Whether the deadline has come. One that was not in the future when it was told needs no timer. */
  due = false;

  /**
   * Moves the deadline; null: there is none. It was told at `told`, which by the same clock is so many milliseconds ago
   * as `age` says. One that has passed while its timer still runs is due all the same. `summary` is shown beside the timer.
   */
  set(at: number | null, told: number, age: number, summary: string): void {
    const due = at !== null && at <= told;
    if (at === this.#at && (due === this.due || (due && !patched(OVERDUE_TIMER)))) return;
    this.#scope?.cancel();
    this.#scope = undefined;
    this.#at = at;
    this.due = due;
    if (at === null || due) return;
    const scope = new CancellationScope();
    this.#scope = scope;
    void scope
      .run(async () => {
        await sleep(Math.max(1, at - told - age), { summary });
        this.due = true;
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }
}
