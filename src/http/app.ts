import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { failed, writeAnswer } from './answer.ts';
import { readText } from './body-text.ts';
import { cors } from './cors.ts';
import type { HttpDeps } from './deps.ts';
import { failureOf } from './failure.ts';
import { writeFrames } from './frame.ts';
import { writeList } from './list.ts';
import { negotiate } from './negotiation.ts';
import { UNKNOWN, countAs, countAsBroken, countRequests } from './request-count.ts';
import { RequestError } from './request-error.ts';
import { requestLog } from './request-log.ts';
import type { Exchange, Route } from './route.ts';
import { documentRoutes } from './routes/document.ts';
import { ROUTES } from './routes/index.ts';
import { cutOffWhenStalled } from './stalled.ts';
import { unknownRoute } from './unknown-route.ts';
import { explainMethods } from './wrong-method.ts';

/** The REST contract over `deps`, or the part of it in `routes`, and the document that describes it; `pages` answers what no route takes. */
export function createApp(deps: HttpDeps, routes: readonly Route[] = ROUTES, pages?: RequestHandler): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use(countRequests(deps.metrics), requestLog(deps.log), patience(deps), refuseBadEscapes, cors);
  const table = [...routes, ...documentRoutes(routes)];
  for (const route of table) app[route.method](expressPath(route.path), countAs(route.path), takeRoute(route, deps));
  for (const [path, methods] of explainedMethods(table)) {
    app.all(expressPath(path), countAs(path), explainMethods(methods));
  }
  if (pages !== undefined) app.use(countAs('pages'), pages);
  app.use(countAs(UNKNOWN), (request) => {
    throw unknownRoute(request);
  });
  app.use(answerError(deps));
  return app;
}

const expressPath = (template: string): string => template.replaceAll(/\{(\w+)\}/g, ':$1');

function takeRoute(route: Route, deps: HttpDeps): RequestHandler {
  return async (request, response, next) => {
    if (route.mismatch === 'unknown' && request.method === 'HEAD') {
      next();
      return;
    }
    const produced = negotiate(request.headers.accept, route.produces);
    if (produced === 'none named' && route.mismatch === 'unknown') {
      next();
      return;
    }
    if (produced === 'none named' || produced === 'all refused') {
      throw new RequestError('NotAcceptable', '406 NOT_ACCEPTABLE "Could not find acceptable representation"');
    }
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const exchange: Exchange = {
      request,
      produced,
      cancelled: gone.signal,
      text: () => readText(request, response),
    };
    const answer = await route.handle(exchange, deps);
    const writing = { cancelled: gone.signal, log: deps.log };
    if (answer.kind === 'frames') await writeFrames(response, answer.frames, writing);
    else if (answer.kind === 'list') await writeList(response, answer.list, writing);
    else writeAnswer(response, answer);
  };
}

const patience =
  ({ log }: HttpDeps): RequestHandler =>
  (_request, response, next) => {
    cutOffWhenStalled(response, log);
    next();
  };

/** A percent sign that escapes nothing is answered without a word, as the original's server does (contract 1.9). */
const refuseBadEscapes: RequestHandler = (request, response, next) => {
  if (/%(?![0-9A-Fa-f]{2})/.test(request.url)) writeAnswer(response, { kind: 'empty', status: 400 });
  else next();
};

/** The paths on which a wrong method is explained, each with the methods it knows. */
function explainedMethods(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method, mismatch } of routes) {
    if (mismatch !== 'explained') continue;
    methods.set(path, [...(methods.get(path) ?? []), ...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])]);
  }
  return methods;
}

function answerError({ log }: HttpDeps): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    // The caller is gone, or has the beginning of another answer already.
    if (response.destroyed || response.headersSent) {
      if (!response.destroyed) {
        log.error({ err: error }, 'an answer broke off');
        countAsBroken(response);
      }
      response.destroy();
      return;
    }
    writeAnswer(response, failed(failureOf(error, log)));
  };
}
