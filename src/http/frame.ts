import type { ServerResponse } from 'node:http';
import { type Writing, writePart } from './writing.ts';

/** One server-sent event. */
export interface Frame {
  readonly id?: string;
  readonly event?: string;
  /** Without data a frame is no event: it only says that the connection lives, and where its reader has come to. */
  readonly data?: unknown;
  /** In place of `data`: what is JSON already. */
  readonly json?: string;
}

/**
 * Sends frames, each as soon as it is there, until they end or the caller is gone. The headers leave with the first one.
 * Never rejects: once they have left, to break the connection is the only way to say that this is not all.
 */
export async function writeFrames(
  response: ServerResponse,
  frames: AsyncIterable<Frame> | Iterable<Frame>,
  writing: Writing,
): Promise<void> {
  const { cancelled, log } = writing;
  response.writeHead(200, { 'Wow-Error-Code': 'Ok', 'Content-Type': 'text/event-stream;charset=UTF-8' });
  try {
    for await (const frame of frames) {
      if (cancelled.aborted) return;
      await writePart(response, formatFrame(frame), writing);
    }
    response.end();
  } catch (error) {
    if (!cancelled.aborted) log.error({ err: error }, 'a stream of frames broke off');
    response.destroy();
  }
}

/** A frame as the original writes it: no space after the colons (contract 2.5). */
function formatFrame({ id, event, data, json = JSON.stringify(data) }: Frame): string {
  return `${field('id', id)}${field('event', event)}${field('data', json)}\n`;
}

/** JSON has no line breaks. Ids and error codes of signals are the sender's words: a line break in them would begin a field of its own. */
const field = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `${name}:${value.replaceAll(/[\r\n\0]/g, ' ')}\n`;
