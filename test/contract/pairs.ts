import type { Answer } from './answer.ts';
import { UNORDERED } from './patterns.ts';

/** A value that the recording does not have, or that we do not have. */
export const ABSENT = Symbol('absent');

/** A recorded value and ours in the same place. */
export interface Pair {
  /** JSON path. */
  readonly path: string;
  readonly recorded: unknown;
  readonly ours: unknown;
  /** The objects that they are members of. */
  readonly among: { readonly recorded: JsonObject; readonly ours: JsonObject };
}

type JsonObject = Readonly<Record<string, unknown>>;
type Among = Pair['among'];

const NOTHING: Among = { recorded: {}, ours: {} };

/** The values of two answers, pair by pair in the order of the recording, down to where either has no members. */
export function* pairsOf(recorded: Answer, ours: Answer): Generator<Pair, void> {
  yield* pairs('status', recorded.status, ours.status);
  yield* pairs('headers', recorded.headers, ours.headers);
  yield* pairs('body', recorded.body, ours.body);
}

function* pairs(path: string, recorded: unknown, ours: unknown, among: Among = NOTHING): Generator<Pair, void> {
  if (Array.isArray(recorded) && Array.isArray(ours) && recorded.length > 0) {
    const [there, here] = UNORDERED.test(path) ? [recorded.toSorted(), ours.toSorted()] : [recorded, ours];
    for (let index = 0; index < Math.max(there.length, here.length); index += 1) {
      yield* pairs(`${path}[${index}]`, memberOf(there, index), memberOf(here, index));
    }
  } else if (isObject(recorded) && isObject(ours) && Object.keys(recorded).length > 0) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(ours)])) {
      yield* pairs(`${path}${step(key)}`, memberOf(recorded, key), memberOf(ours, key), { recorded, ours });
    }
  } else yield { path, recorded, ours, among };
}

const memberOf = (value: object, key: string | number): unknown =>
  Object.hasOwn(value, key) ? (value as Readonly<Record<string | number, unknown>>)[key] : ABSENT;

const step = (key: string): string => (/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a path is another one or leads below it. */
export const isAtOrBelow = (path: string, other: string): boolean =>
  path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`);
