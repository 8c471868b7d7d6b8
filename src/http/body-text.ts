import express, { type Request, type RequestHandler, type Response } from 'express';

/** Bytes; a stack trace of 64 KiB is the largest thing that belongs into a body. */
const MAX_BODY = 1024 * 1024;

const parse: RequestHandler = express.text({ type: () => true, limit: MAX_BODY, inflate: false });

/**
 * The body of a request as text, blank where there is none. Bytes that are not UTF-8 become U+FFFD.
 * @throws Error with the `status` 413 for one that is too large, 415 for an encoding that is not read here
 */
export function readText(request: Request, response: Response): Promise<string> {
  return new Promise((resolve, reject) => {
    parse(request, response, (error?: unknown) => {
      const text: unknown = request.body;
      if (error === undefined) resolve(typeof text === 'string' ? text : '');
      else reject(error instanceof Error ? error : new Error('the body cannot be read', { cause: error }));
    });
  });
}
