import type { Response } from 'express';
import type { Failure } from './failure.ts';
import type { Frame } from './frame.ts';
import type { List } from './list.ts';
import { writeText } from './write-text.ts';

/** What a route answers; one place writes it. */
export type Answer =
  | WholeAnswer
  | { readonly kind: 'frames'; readonly frames: AsyncIterable<Frame> | Iterable<Frame> }
  | { readonly kind: 'list'; readonly list: List };

/** An answer that is there all at once. */
export type WholeAnswer =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly body: unknown;
      /** The value of `Wow-Error-Code`; null: without that header (contract 1.4). */
      readonly errorCode: string | null;
      /** Without one: `application/json`. */
      readonly contentType?: string;
      /** Seconds, for `Retry-After`; null: without that header. */
      readonly retryAfter?: number | null;
      /** Besides the others. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'text';
      readonly contentType: string;
      readonly text: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'empty'; readonly status: number; readonly contentType?: string };

/** A good answer in JSON. */
export const ok = (body: unknown): WholeAnswer => ({ kind: 'json', status: 200, body, errorCode: 'Ok' });

/** The answer to a request that failed. */
export function failed({ status, info, retryAfter }: Failure): WholeAnswer {
  return { kind: 'json', status, body: info, errorCode: info.errorCode, retryAfter };
}

/** Writes an answer beside the headers that the response has already. */
export function writeAnswer(response: Response, answer: WholeAnswer): void {
  switch (answer.kind) {
    case 'json': {
      const { status, body, errorCode, contentType = 'application/json', retryAfter = null, headers } = answer;
      if (errorCode !== null) response.setHeader('Wow-Error-Code', headerValue(errorCode));
      if (retryAfter !== null) response.setHeader('Retry-After', retryAfter);
      setHeaders(response, headers);
      writeText(response, status, contentType, JSON.stringify(body));
      return;
    }
    case 'text':
      setHeaders(response, answer.headers);
      writeText(response, 200, answer.contentType, answer.text);
      return;
    case 'empty':
      if (answer.contentType !== undefined) response.setHeader('Content-Type', answer.contentType);
      response.writeHead(answer.status, { 'Content-Length': 0 }).end();
  }
}

function setHeaders(response: Response, headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** An error code as a header can carry it: those of signals are the sender's words. */
const headerValue = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');
