import type { RequestHandler, Response } from 'express';
import type { Metrics } from './deps.ts';

/** Methods that are counted by their names. A caller may send any other: together they are one. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

/** What is counted where no route takes a request. */
export const UNKNOWN = 'unknown';

/** Counts every request once, when it is over: a stream at its end, by the status with which it began. */
export function countRequests(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const { method } = request;
    response.once('close', () => {
      const { route = UNKNOWN, isBroken = false } = response.locals as { route?: string; isBroken?: boolean };
      metrics.served({
        method: METHODS.has(method) ? method : 'other',
        route,
        // Readers of a stream leave it when they like: that is no failure.
        status: isBroken ? 'broken' : response.headersSent ? response.statusCode : 'closed',
      });
    });
    next();
  };
}

/** Has a request counted as one whose answer broke off, whatever the status with which it began. */
export function countAsBroken(response: Response): void {
  response.locals['isBroken'] = true;
}

/** Has a request counted under this name, unless a later handler gives it another: a template, never what the caller sent. */
export const countAs =
  (route: string): RequestHandler =>
  (_request, response, next) => {
    response.locals['route'] = route;
    next();
  };
