import type { Request } from 'express';
import type { Answer } from './answer.ts';
import type { HttpDeps } from './deps.ts';
import type { ParameterName, RequestBodyName, ResponseName, SchemaName } from './openapi/components.ts';
import type { Parameter, RequestBody, Response, Schema } from './openapi/types.ts';

export type MediaType =
  | 'application/json'
  | 'application/sql'
  | 'text/event-stream'
  | 'text/plain'
  | 'application/vnd.spring-boot.actuator.v3+json'
  | 'application/vnd.spring-boot.actuator.v2+json'
  | 'application/vnd.oai.openapi';

/** One operation: how it is reached, how it is described, what it does. The table of all is mounted and documented. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** A template: `{id}` is one segment, `{*path}` at the end is the rest, which may be blank. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: 'compensation.execution_failed' | 'wow' | 'Actuator' | 'redress';
  /** The media types it can answer with, the default first. */
  readonly produces: readonly [MediaType, ...MediaType[]];
  /** What a caller learns who uses another method or wants another media type: nothing (404), why (405, 406), or only the latter. */
  readonly mismatch: 'unknown' | 'explained' | 'unacceptable';
  /** What a request may carry beside what the path names: components of the document, or described in place. */
  readonly parameters?: readonly (ParameterName | Parameter)[];
  /** The JSON body: a component of the document, or described in place; null: none is read. */
  readonly body: RequestBodyName | SchemaName | RequestBody | null;
  /** What a good answer holds: a component of the document (a schema with `[]`: a list of such), or a schema in place; null: nothing. */
  readonly answer: ResponseName | SchemaName | `${SchemaName}[]` | Schema | null;
  /** The other answers by status, beside 413 and 415, which come with a body. A good one among them stands instead of `answer`. */
  readonly responses?: Readonly<Record<number, ResponseName | Response>>;
  /** Answers a request, or throws what `failureOf` sorts. */
  readonly handle: (exchange: Exchange, deps: HttpDeps) => Answer | Promise<Answer>;
}

/** A request on its way through a route. */
export interface Exchange {
  readonly request: Request;
  /** The media type that was negotiated. */
  readonly produced: MediaType;
  /** Aborted when the caller is gone. */
  readonly cancelled: AbortSignal;
  /** The text of the body, blank where there is none. May be called once. */
  readonly text: () => Promise<string>;
}
