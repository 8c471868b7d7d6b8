import type { Request } from 'express';
import { RequestError } from './request-error.ts';

/** The error for a request that no route takes, in the words of 8.10.10 (contract 1.9). */
export function unknownRoute(request: Request): RequestError {
  const target = request.originalUrl;
  const url = target.startsWith('/') ? `http://${request.headers.host ?? ''}${target}` : target;
  const path = request.path
    .split('/')
    .filter((segment) => segment !== '')
    .join('/');
  return new RequestError('NotFound', `404 NOT_FOUND "No static resource ${path} for request '${url}'."`);
}
