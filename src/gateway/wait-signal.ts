import { z } from 'zod';
import {
  type BodyReading,
  aggregateId,
  bindingErrors,
  boolean,
  enumeration,
  expected,
  functionInfo,
  int32,
  int64,
  object,
  readBody,
  text,
} from '../command-handler/index.ts';
import { WAIT_STAGES, type WaitSignal } from './messages.ts';

/** SimpleWaitSignal (contract 5.1). */
const waitSignal = object({
  id: text,
  waitCommandId: text,
  commandId: text,
  aggregateId,
  stage: enumeration(WAIT_STAGES),
  function: functionInfo,
  aggregateVersion: int32.nullable().default(null),
  isLastProjection: boolean.default(false),
  errorCode: text.default('Ok'),
  errorMsg: text.default(''),
  bindingErrors: bindingErrors.default([]),
  result: z.record(z.string(), z.unknown(), expected('an object')).default({}),
  commands: z.array(text, expected('a list of texts')).default([]),
  signalTime: int64.optional(),
});

/** Reads a signal that arrived at `now`, in epoch milliseconds. */
export function readWaitSignal(body: unknown, now: number): BodyReading<WaitSignal> {
  const reading = readBody(waitSignal, body);
  if (!reading.ok) return reading;
  return { ok: true, body: { ...reading.body, signalTime: reading.body.signalTime ?? now } };
}
