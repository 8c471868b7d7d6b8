/** The wish of the person, or of the system, that we end. */
export interface StopSignals {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly stopping: AbortSignal;
  /** Aborted by the second one. */
  readonly hurry: AbortSignal;
}

/** One Ctrl-C comes twice under npm: from the terminal to everybody, and passed on by npm. */
const SAME_WISH = 1_000;

/** Takes the signals that end a process over from Node, which would end it at once. */
export function takeStopSignals(): StopSignals {
  const stopping = new AbortController();
  const hurry = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (!stopping.signal.aborted) {
      first = performance.now();
      stopping.abort();
    } else if (performance.now() - first > SAME_WISH) {
      hurry.abort();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return { stopping: stopping.signal, hurry: hurry.signal };
}
