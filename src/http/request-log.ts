import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

/** Notes every request at debug level, without its content. */
export function requestLog(log: Logger): RequestHandler {
  return (request, response, next) => {
    if (log.isLevelEnabled('debug')) {
      const startedAt = performance.now();
      response.once('close', () => {
        const ms = Math.round(performance.now() - startedAt);
        const { method, path } = request;
        log.debug({ method, path, status: response.statusCode, complete: response.writableFinished, ms }, 'request');
      });
    }
    next();
  };
}
