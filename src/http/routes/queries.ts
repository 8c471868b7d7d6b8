import { ok } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import { documentFrames } from '../document-frames.ts';
import { errorFrame } from '../error-frame.ts';
import { decodeJson } from '../json-body.ts';
import type { QueryScope } from '../queries.ts';
import { QUERY_ERRORS } from '../openapi/conventions.ts';
import { RequestError } from '../request-error.ts';
import { headerText } from '../request-header.ts';
import type { Exchange, Route } from '../route.ts';

const TAG = 'compensation.execution_failed';

/** What is queried, and which part of it is answered. */
type Subject = Pick<QueryScope, 'subject' | 'result'>;
const SNAPSHOTS: Subject = { subject: 'snapshot', result: 'document' };
const STATES: Subject = { subject: 'snapshot', result: 'state' };
const EVENTS: Subject = { subject: 'event_stream', result: 'document' };

const SNAPSHOT = 'compensation.execution_failed.ExecutionFailedStateMaterializedSnapshot';
const STATE = 'compensation.execution_failed.ExecutionFailedState';
const EVENT = 'compensation.execution_failed.ExecutionFailedAggregatedDomainEventStream';
type Item = typeof SNAPSHOT | typeof STATE | typeof EVENT;

/** The query endpoints (contract 8.4 to 8.10, 9.2 to 9.4; query contract 1). */
export const QUERY_ROUTES: readonly Route[] = [
  count('/snapshot/count', 'snapshot.count', 'Count Snapshot', SNAPSHOTS),
  list('/snapshot/list', 'snapshot.list_query', 'List Query Snapshot', SNAPSHOTS, SNAPSHOT),
  list('/snapshot/list/state', 'snapshot_state.list_query', 'List Query Snapshot State', STATES, STATE),
  paged('/snapshot/paged', 'snapshot.paged_query', 'Paged Query Snapshot', SNAPSHOTS, SNAPSHOT),
  paged('/snapshot/paged/state', 'snapshot_state.paged_query', 'Paged Query Snapshot State', STATES, STATE),
  single('/snapshot/single', 'snapshot.single', 'Single Snapshot', SNAPSHOTS, SNAPSHOT),
  single('/snapshot/single/state', 'snapshot_state.single', 'Single Snapshot State', STATES, STATE),
  list('/event/list', 'event.list_query', 'List Query Event Stream', EVENTS, EVENT),
  paged('/event/paged', 'event.paged_query', 'Paged Query Event Stream', EVENTS, EVENT),
  count('/event/count', 'event.count', 'Count Event Stream', EVENTS),
];

function count(path: string, id: string, summary: string, subject: Subject): Route {
  return {
    ...common(path, id, summary),
    body: `${languageOf(subject)}.CountQuery`,
    answer: 'wow.CountQuery',
    handle: async (exchange, { queries }) =>
      ok(await queries.count((await readQuery(exchange)) ?? {}, scopeOf(exchange, subject))),
  };
}

function list(path: string, id: string, summary: string, subject: Subject, item: Item): Route {
  return {
    ...common(path, id, summary),
    produces: ['application/json', 'text/event-stream'],
    body: `${languageOf(subject)}.ListQuery`,
    answer: `${item}[]`,
    async handle(exchange, deps) {
      const batches = listBatches(exchange, subject, deps);
      if (exchange.produced === 'application/json') return { kind: 'list', list: { total: null, batches } };
      const frames = await documentFrames(batches, (error) => errorFrame(error, deps));
      return { kind: 'frames', frames };
    },
  };
}

async function* listBatches(exchange: Exchange, subject: Subject, { queries }: HttpDeps) {
  const body = await readQuery(exchange);
  // The original takes no body for a list of nothing, while it takes it for an empty query elsewhere.
  if (body !== null) yield* queries.list(body, scopeOf(exchange, subject));
}

function paged(path: string, id: string, summary: string, subject: Subject, item: Item): Route {
  return {
    ...common(path, id, summary),
    body: `${languageOf(subject)}.PagedQuery`,
    answer: `${item}PagedList`,
    async handle(exchange, { queries }) {
      const body = (await readQuery(exchange)) ?? EVERYTHING;
      return { kind: 'list', list: await queries.paged(body, scopeOf(exchange, subject)) };
    },
  };
}

function single(path: string, id: string, summary: string, subject: Subject, answer: Item): Route {
  return {
    ...common(path, id, summary),
    body: `${TAG}.SingleQuery`,
    answer,
    responses: { ...QUERY_ERRORS, 404: 'wow.NotFound' },
    async handle(exchange, { queries }) {
      const body = (await readQuery(exchange)) ?? EVERYTHING;
      const found = await queries.single(body, scopeOf(exchange, subject));
      if (found === null) throw new RequestError('NotFound', 'Not found resource!');
      return ok(found);
    },
  };
}

/** Whose schemas describe the body: those of records name their fields. */
function languageOf({ subject }: Subject): typeof TAG | 'wow' {
  return subject === 'snapshot' ? TAG : 'wow';
}

/** What is asked where a query is wanted and no body is sent. */
const EVERYTHING = { condition: {} };

function common(path: string, id: string, summary: string) {
  return {
    method: 'post',
    path: `/execution_failed${path}`,
    operationId: `${TAG}.${id}`,
    summary,
    tag: TAG,
    produces: ['application/json'],
    mismatch: 'unknown',
    responses: QUERY_ERRORS,
  } as const;
}

/** The body of a query; null where there is none. */
const readQuery = async ({ request, text }: Exchange): Promise<unknown> =>
  decodeJson(await text(), request.get('Content-Type')) ?? null;

function scopeOf({ request }: Exchange, subject: Subject): QueryScope {
  return {
    ...subject,
    ownerId: headerText(request, 'Command-Owner-Id'),
    spaceId: headerText(request, 'Wow-Space-Id', 'CoSec-Space-Id'),
  };
}
