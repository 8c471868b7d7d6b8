import type { ReportedError } from './commands.ts';
import { ExecutionError } from './execution-error.ts';
import type { RecoverableType } from './values.ts';

/** A class of errors, abstract ones and those with a private constructor too. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Which errors another attempt can mend. A class includes those that extend it; UNRECOVERABLE wins. */
export interface RecoverabilityRules {
  readonly recoverable?: readonly ErrorClass[];
  readonly unrecoverable?: readonly ErrorClass[];
}

/** What a handler failed with, as Redress is told. */
export interface FailureDescription {
  readonly error: ReportedError;
  /** Null: neither the error nor the rules say. */
  readonly recoverable: RecoverableType | null;
  /** Seconds; null: not said. */
  readonly retryAfter: number | null;
}

/**
 * Characters of a stack trace that are sent: more than Redress keeps, since it is Redress that says what it left out, yet
 * few enough for one request. What is longer loses its middle: the root cause stands at the end.
 */
const MAX_STACK = 128 * 1024;
/** Redress keeps so many characters of any other text of an error. */
const MAX_TEXT = 16 * 1024;
const MAX_CAUSES = 10;

/** Describes whatever a handler has thrown. */
export function describeFailure(thrown: unknown, rules: RecoverabilityRules = {}): FailureDescription {
  const own = thrown instanceof ExecutionError ? thrown : null;
  return {
    error: {
      errorCode: own?.errorCode ?? codeOf(thrown),
      errorMsg: messageOf(thrown).slice(0, MAX_TEXT),
      stackTrace: cutMiddle(stackOf(thrown), MAX_STACK),
      ...(own === null || own.bindingErrors.length === 0 ? {} : { bindingErrors: own.bindingErrors }),
    },
    recoverable: own?.recoverable ?? ruling(thrown, rules),
    retryAfter: own?.retryAfter ?? null,
  };
}

function ruling(
  thrown: unknown,
  { recoverable = [], unrecoverable = [] }: RecoverabilityRules,
): RecoverableType | null {
  const isOne = (classes: readonly ErrorClass[]): boolean => classes.some((Class) => thrown instanceof Class);
  if (isOne(unrecoverable)) return 'UNRECOVERABLE';
  return isOne(recoverable) ? 'RECOVERABLE' : null;
}

/** Anything can be thrown, also what has no text of its own. */
function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  if (typeof thrown === 'string') return thrown;
  try {
    const json: unknown = JSON.stringify(thrown);
    return typeof json === 'string' ? json : String(thrown);
  } catch {
    return `a value of type ${typeof thrown} was thrown`;
  }
}

/** The code that the error has, as those of Node and of many libraries do, else the name of its class. `Ok` stands for success. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'Error';
  const name = thrown.name === 'Error' ? thrown.constructor.name : thrown.name;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : name;
  return code.trim() === '' || code === 'Ok' ? 'Error' : code;
}

/** The stack traces of an error and of its causes, as Java and Node print them. */
function stackOf(thrown: unknown): string {
  const stacks: string[] = [];
  for (let error = thrown; error instanceof Error && stacks.length < MAX_CAUSES; error = error.cause) {
    stacks.push(error.stack ?? String(error));
  }
  return stacks.join('\nCaused by: ');
}

function cutMiddle(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit / 2)}\n…\n${text.slice(-limit / 2)}`;
}
