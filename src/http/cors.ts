import type { RequestHandler } from 'express';
import { writeAnswer } from './answer.ts';

/** What every answer may depend on, with or without an `Origin`, as three headers (contract 11.2). */
const VARY = ['Origin', 'Access-Control-Request-Method', 'Access-Control-Request-Headers'];

/** Seconds for which a browser may keep the answer to a preflight request. */
const MAX_AGE = '1800';

/** Lets scripts of every origin in, without credentials, and answers their preflight requests. */
export const cors: RequestHandler = (request, response, next) => {
  response.setHeader('Vary', VARY);
  const { origin, host = '' } = request.headers;
  if (origin === undefined || origin === `http://${host}`) {
    next();
    return;
  }
  response.setHeader('Access-Control-Allow-Origin', '*');
  const method = request.get('Access-Control-Request-Method');
  if (request.method !== 'OPTIONS' || method === undefined) {
    next();
    return;
  }
  const headers = request.get('Access-Control-Request-Headers');
  response.setHeader('Access-Control-Allow-Methods', method);
  if (headers !== undefined) response.setHeader('Access-Control-Allow-Headers', headers.split(/\s*,\s*/).join(', '));
  response.setHeader('Access-Control-Max-Age', MAX_AGE);
  writeAnswer(response, { kind: 'empty', status: 200 });
};
