import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';

/** Milliseconds for which a caller may take nothing of an answer. */
const STALLED = 60_000;

/**
 * Cuts the connection of a caller that takes nothing of what is there for it for `patience` milliseconds: the rest would be
 * held in memory for as long as it likes. The time begins anew with whatever it takes; where nothing is there yet, it waits
 * for us.
 */
export function cutOffWhenStalled(response: ServerResponse, log: Logger, patience = STALLED): void {
  response.setTimeout(patience, () => {
    const { socket } = response;
    if (socket === null) return;
    if (socket.writableLength === 0) {
      socket.setTimeout(patience);
      return;
    }
    log.warn({ patience }, 'a caller takes nothing of its answer: its connection is cut');
    socket.destroy();
  });
}
