import type { RequestHandler } from 'express';
import { writeAnswer } from './answer.ts';
import { RequestError } from './request-error.ts';

/** Answers what another method than these asks of a path that knows them: OPTIONS with their list, anything else with 405. */
export function explainMethods(methods: readonly string[]): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', [...methods, 'OPTIONS'].join(','));
    if (request.method !== 'OPTIONS') {
      throw new RequestError(
        'MethodNotAllowed',
        `405 METHOD_NOT_ALLOWED "Request method '${request.method}' is not supported."`,
      );
    }
    writeAnswer(response, { kind: 'empty', status: 200 });
  };
}
