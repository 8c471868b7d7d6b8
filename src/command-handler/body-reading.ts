import type { z } from 'zod';
import { storableText } from '../domain/index.ts';

/** Why a body is not what it should be. */
export interface BodyProblem {
  readonly ok: false;
  readonly code: 'IllegalArgument' | 'BadRequest';
  /** A full sentence that names the field, but for the contract's own texts. */
  readonly message: string;
  /** The field, blank for the body itself; null where the body is well formed and only its meaning is refused. */
  readonly path: string | null;
}

export type BodyReading<Body> = { readonly ok: true; readonly body: Body } | BodyProblem;

const MAX_PATH = 200;

/** Reads a decoded JSON body. Never throws, whatever it is given. No body at all counts as an empty object. */
export function readBody<Body>(schema: z.ZodType<Body>, body: unknown): BodyReading<Body> {
  const reading = schema.safeParse(body ?? {});
  if (reading.success) return { ok: true, body: reading.data };
  const [issue] = reading.error.issues;
  const message = issue?.message ?? 'is not what it should be';
  if (issue?.code === 'custom' && issue.params !== undefined) {
    return { ok: false, code: issue.params['code'] as BodyProblem['code'], message, path: null };
  }
  // The keys of tags are the caller's words, and refusals are stored.
  const path = storableText((issue?.path ?? []).join('.').slice(0, MAX_PATH));
  return {
    ok: false,
    code: 'IllegalArgument',
    message: `${path === '' ? 'The body' : `"${path}"`} ${message}.`,
    path,
  };
}
