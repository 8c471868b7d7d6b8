import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** One durable timer on a deadline that moves; it is re-armed only when the deadline does. Times are epoch milliseconds. */
export class Deadline {
  #at: number | null = null;
  #scope: CancellationScope | undefined;

  /** Whether the deadline has come. One that is not in the future when it is set needs no timer. */
  due = false;

  /**
   * Moves the deadline; null: there is none. `now` is a clock that has gone on during the task: a timer runs from the
   * task's end, so one set by the workflow's own clock would be late by the task. `summary` is shown beside the timer.
   */
  set(at: number | null, now: number, summary: string): void {
    if (at === this.#at && !this.due) return;
    this.#scope?.cancel();
    this.#scope = undefined;
    this.#at = at;
    this.due = at !== null && at <= now;
    if (at === null || this.due) return;
    const scope = new CancellationScope();
    this.#scope = scope;
    void scope
      .run(async () => {
        await sleep(at - now, { summary });
        this.due = true;
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }
}
