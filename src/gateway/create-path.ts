/** How creates are recorded (setting CREATE_PATH): by their workflow, at once by the gateway, or by what there is to do. */
export type CreatePath = 'auto' | 'workflow' | 'store';

/** Creates on their way through their workflows at a time under `auto`: a workflow costs ten times what storing costs. */
const MAX_UNANSWERED = 8;
/** A create that is not answered after so many milliseconds counts no longer. */
const ANSWER_TIMEOUT = 2_000;
/** Milliseconds for which creates are stored once there were too many: a storm is not over with the next answer. */
const SPELL = 1_000;
/** The same after a create that Temporal did not take in time. */
const BREAK = 5_000;

/** Chooses the way of each create. */
export interface CreatePaths {
  /** Whether this create is to go through its workflow. If so, it counts until {@link CreatePaths.left}. */
  enter(commandId: string): boolean;
  /** The create was answered, or does not go through its workflow after all. */
  left(commandId: string): void;
  /** Temporal took a create in time. */
  started(): void;
  /** Temporal did not: others need not find out for themselves. */
  failed(): void;
}

/** `isStorm`: whether more creates are stored than workflows could take. */
export function choosePaths(path: CreatePath, isStorm: () => boolean): CreatePaths {
  const most = path === 'auto' ? MAX_UNANSWERED : Number.POSITIVE_INFINITY;
  const unanswered = new Map<string, NodeJS.Timeout>();
  let storedUntil = 0;
  // After a break a single create tries, while the others are still stored without delay.
  let isProven = true;

  const left = (commandId: string): void => {
    clearTimeout(unanswered.get(commandId));
    unanswered.delete(commandId);
  };

  return {
    enter(commandId) {
      const now = performance.now();
      if (path === 'store' || now < storedUntil) return false;
      // Each that goes through its workflow in a storm waits long, and holds up the others.
      if (path === 'auto' && isStorm()) {
        storedUntil = now + SPELL;
        return false;
      }
      if (unanswered.size >= (isProven ? most : 1)) {
        if (isProven) storedUntil = now + SPELL;
        return false;
      }
      const timer = setTimeout(() => {
        left(commandId);
      }, ANSWER_TIMEOUT).unref();
      unanswered.set(commandId, timer);
      return true;
    },
    left,
    started() {
      // One that was sent before the break proves nothing about the time after it.
      if (performance.now() >= storedUntil) isProven = true;
    },
    failed() {
      storedUntil = performance.now() + BREAK;
      isProven = false;
    },
  };
}
