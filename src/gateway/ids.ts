import { MAX_AGGREGATE_ID, MAX_REQUEST_ID, RESERVED_PREFIX } from '../domain/index.ts';

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
