import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';

/** How a long answer is written. */
export interface Writing {
  /** Aborted when the caller is gone. */
  readonly cancelled: AbortSignal;
  readonly log: Logger;
}

/** Writes a part of an answer and waits until there is room for the next one. @throws AbortError where the caller is gone */
export async function writePart(response: ServerResponse, text: string, { cancelled }: Writing): Promise<void> {
  if (!response.write(text)) await once(response, 'drain', { signal: cancelled });
}
