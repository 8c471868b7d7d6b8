/** Tells the person at the terminal something, in one line or a few. */
export type Say = (text: string) => void;

/** A terminal that is gone must not end us before our servers are stopped. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Says it on stderr, with the seconds since the start of the process; stdout belongs to the logs of the service. */
export const say: Say = (text) => {
  process.stderr.write(`[redress ${seconds(performance.now()).padStart(5)}] ${text}\n`);
};

/** Milliseconds as people read them: `0.4 s`, `83 s`. */
export function seconds(milliseconds: number): string {
  const value = milliseconds / 1_000;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} s`;
}

/** Says every few seconds how a long step is going; a step shorter than the interval says nothing. */
export async function withProgress<Result>(
  say: Say,
  text: (elapsed: string) => string,
  step: () => Promise<Result>,
  interval = 5_000,
): Promise<Result> {
  const started = performance.now();
  const timer = setInterval(() => {
    say(text(seconds(performance.now() - started)));
  }, interval);
  try {
    return await step();
  } finally {
    clearInterval(timer);
  }
}
