import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';

/** Milliseconds that a reader may leave the connection full. */
const STALLED = 60_000;

/** How a long answer is written. */
export interface Writing {
  /** Aborted when the caller is gone. */
  readonly cancelled: AbortSignal;
  readonly log: Logger;
  /** Milliseconds after which a reader that takes nothing is cut off; {@link STALLED} without it. */
  readonly stalled?: number;
}

/** Writes a part of an answer and waits until there is room for the next one. @throws AbortError where the caller is gone, or cut off */
export async function writePart(response: ServerResponse, text: string, writing: Writing): Promise<void> {
  const { cancelled, log, stalled = STALLED } = writing;
  if (response.write(text)) return;
  const hangUp = setTimeout(() => {
    log.warn({ stalled }, 'a reader takes nothing any more: its connection is cut');
    response.destroy();
  }, stalled);
  try {
    await once(response, 'drain', { signal: cancelled });
  } finally {
    clearTimeout(hangUp);
  }
}
