import { type BodyReading, readBody } from '../command-handler/body-reading.ts';
import { functionInfo } from '../command-handler/body-types.ts';
import { object, text } from '../command-handler/body-values.ts';
import type { FunctionInfo } from '../domain/index.ts';

/** To whom an event is sent again (contract 4.6). */
export interface CompensationTarget {
  /** Null: one is made. */
  readonly id: string | null;
  readonly function: FunctionInfo;
}

const compensationTarget = object({ id: text.nullable().default(null), function: functionInfo });

/** Reads the body of a request to send an event again. */
export const readCompensationTarget = (body: unknown): BodyReading<CompensationTarget> =>
  readBody(compensationTarget, body);
