import { CancellationScope, isCancellation, patched, sleep } from '@temporalio/workflow';
import type { CommandMessage } from '../src/domain/index.ts';
import { type Attempt, type Delivered, deliver } from './activities.ts';
import { queueRetry } from './queued-retry.ts';

/**
 * After a worker died in a delivery, or could not ask Postgres, the next one may do no better: milliseconds before the
 * attempt is delivered again, doubled each time up to the longest.
 */
const PAUSE = 2_000;
const MAX_PAUSE = 30_000;

/** Runs of earlier releases called off what was under way when the record was set back, and knew of no eras. */
const SET_BACK = 'set-back';

/** Runs of earlier releases gave an attempt up that was lost until its time was over; their histories go on without more. */
const LOST_ATTEMPT = 'lost-attempt';

/**
 * The deliveries of a record, each in a scope of its own. The loop never waits for them: what comes back is one more
 * message in its inbox.
 */
export class Deliveries {
  readonly #id: string;
  readonly #receive: (message: CommandMessage) => void;
  readonly #lookAgain: () => void;
  readonly #inFlight = new Map<number, CancellationScope>();

  /** The newest attempt that this execution has delivered; 0: none. */
  delivered: number;

  /** `lookAgain` is called after an attempt was lost: it may still be in flight, and is delivered again if so. */
  constructor(id: string, delivered: number, receive: (message: CommandMessage) => void, lookAgain: () => void) {
    this.#id = id;
    this.delivered = delivered;
    this.#receive = receive;
    this.#lookAgain = lookAgain;
  }

  /** How many deliveries have not come back. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * The record has been set back, `isSeen` by its version: the outcomes of attempts that were delivered may be lost. What is
   * under way brings its own still.
   */
  forget(isSeen: boolean): void {
    if (!patched(SET_BACK)) {
      if (!isSeen) return;
      this.cancel();
    }
    this.delivered = 0;
  }

  /** Delivers an attempt that was not delivered yet. */
  start(next: Attempt): void {
    const { attempt } = next;
    if (attempt <= this.delivered) return;
    this.delivered = attempt;
    if (this.#inFlight.get(attempt)?.consideredCancelled === false) return;
    const scope = new CancellationScope();
    this.#inFlight.set(attempt, scope);
    void scope
      .run(() => this.#deliver(next))
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
        return true;
      })
      .finally(() => {
        // After the record was set back, the same attempt may be under way again.
        if (this.#inFlight.get(attempt) === scope) this.#inFlight.delete(attempt);
      })
      .then((isDone) => {
        if (isDone || attempt !== this.delivered) return;
        this.delivered -= 1;
        this.#lookAgain();
      });
  }

  /** Calls off what is in flight: the record is SUCCEEDED or deleted. */
  cancel(): void {
    for (const scope of this.#inFlight.values()) scope.cancel();
  }

  /** False: it has no outcome, since no worker was there until its time was over, or since its target is another one now. */
  async #deliver({ attempt, until, queue }: Attempt): Promise<boolean> {
    for (let pause = PAUSE; ; pause = Math.min(2 * pause, MAX_PAUSE)) {
      const timeLeft = until - Date.now();
      if (timeLeft <= 0) {
        if (!patched(LOST_ATTEMPT)) return true;
        // Clocks may differ, so the attempt may go on to be in flight for that long.
        await sleep(PAUSE);
        return false;
      }
      try {
        const push = queue === undefined ? deliver : queueRetry;
        const delivered = await push(this.#id, attempt, timeLeft);
        if (delivered.kind === 'moved') {
          // Two processes may have read different files for a moment.
          await sleep(PAUSE);
          return false;
        }
        const message = toMessage(this.#id, attempt, delivered);
        if (message !== null) this.#receive(message);
        return true;
      } catch (error) {
        if (isCancellation(error)) return true;
        // The worker gave up, not the target: the attempt is delivered again under the same key.
        await sleep(Math.min(pause, Math.max(1, until - Date.now())));
      }
    }
  }
}

/** The report that a service would have sent itself; null: there is nothing to report yet. */
function toMessage(
  id: string,
  attempt: number,
  delivered: Exclude<Delivered, { kind: 'moved' }>,
): CommandMessage | null {
  const outcomeId = `redress:outcome:${id}:${attempt}`;
  const envelope = {
    commandId: outcomeId,
    requestId: outcomeId,
    ownerId: '',
    spaceId: '',
    expectedVersion: null,
    attempt,
  };
  switch (delivered.kind) {
    case 'gone':
    case 'accepted':
      return null;
    case 'succeeded':
      return { ...envelope, name: 'apply_execution_success', header: {}, body: { executeAt: delivered.executeAt } };
    case 'failed': {
      const { error, executeAt, recoverable, notBefore } = delivered;
      const header: Record<string, string> = notBefore === null ? {} : { redress_not_before: String(notBefore) };
      return { ...envelope, name: 'apply_execution_failed', header, body: { error, executeAt, recoverable } };
    }
    default:
      return delivered satisfies never;
  }
}
