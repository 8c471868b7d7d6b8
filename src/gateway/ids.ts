import { AGGREGATE_NAME, RESERVED_PREFIX, TENANT_ID } from '../domain/index.ts';

/** Bytes of a workflow id: the smallest limit that Temporal's servers come with. */
const MAX_WORKFLOW_ID = 255;
const MAX_AGGREGATE_ID = MAX_WORKFLOW_ID - Buffer.byteLength(`${AGGREGATE_NAME}/${TENANT_ID}/`);
/** Bytes; with the aggregate id it must fit an entry of an index. */
const MAX_REQUEST_ID = 1_024;

const CONTROL_CHARACTER = /\p{Cc}/u;

/** Why some part of the house cannot carry this id of a record, as a sentence; null: each can. */
export const aggregateIdProblem = (id: string): string | null => idProblem('aggregate id', id, MAX_AGGREGATE_ID);

/** The same of a request id, or a command id, which may stand for one. */
export const requestIdProblem = (id: string): string | null => idProblem('request id', id, MAX_REQUEST_ID);

/** Why nobody but the engine may use this command or request id; null: anybody may. */
export const reservedIdProblem = (id: string): string | null =>
  id.startsWith(RESERVED_PREFIX)
    ? `Request ids that begin with [${RESERVED_PREFIX}] are reserved: choose another one.`
    : null;

function idProblem(what: string, id: string, limit: number): string | null {
  if (CONTROL_CHARACTER.test(id)) return `The ${what} contains a control character.`;
  const size = Buffer.byteLength(id);
  return size > limit ? `The ${what} is ${size} bytes long: at most ${limit} are possible.` : null;
}
