import { z } from 'zod';
import { cutEnd, cutMiddle, storableText } from '../domain/index.ts';

/**
 * The plain values of bodies, read as leniently as the original reads them (contract 1.8): whole numbers may be text or
 * carry a fraction, enum names may be in any letter case or ordinals. Text is made storable on the way in.
 */

const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);
const INT64_LIMIT = 2 ** 63;
const WHOLE_NUMBER = /^\s*[+-]?\d+\s*$/;

/** The problem of a value that is missing or is not `what`. */
export function expected(what: string) {
  return {
    error: ({ input }: { input?: unknown }) => (input === undefined ? `is missing: give ${what}` : `must be ${what}`),
  };
}

/** An object with these fields; what else it has is ignored. */
export const object = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape, expected('an object'));

const string = z.string(expected('a text'));

/** Any text. */
export const text = z.preprocess(toText, string);

/** A text of at most `limit` bytes of UTF-8; what is longer loses its end. */
export const textUpTo = (limit: number) => z.preprocess((input) => cut(toText(input), limit, cutEnd), string);

/** A text of at most `limit` bytes of UTF-8; what is longer loses its middle. */
export const traceUpTo = (limit: number) => z.preprocess((input) => cut(toText(input), limit, cutMiddle), string);

/** A signed 32-bit number. */
export const int32 = z.preprocess(
  toWholeNumber,
  z
    .number(expected('a whole number'))
    .min(INT32_MIN, `must not be below ${INT32_MIN}`)
    .max(INT32_MAX, `must not be above ${INT32_MAX}`),
);

/**
 * A signed 64-bit number. Beyond 2^53 - 1 numbers cannot be told apart in JSON, so that those are refused as the original
 * refuses a time that leaves its range (contract 3.4).
 */
export const int64 = z.preprocess(
  toWholeNumber,
  z.number(expected('a whole number')).superRefine((value, context) => {
    if (Number.isSafeInteger(value)) return;
    context.addIssue(
      Math.abs(value) <= INT64_LIMIT
        ? { code: 'custom', message: 'long overflow', params: { code: 'BadRequest' } }
        : { code: 'custom', message: 'must be within 64 bits' },
    );
  }),
);

/** True or false. */
export const boolean = z.boolean(expected('true or false'));

/** One of `names`, in any letter case or as its position. */
export function enumeration<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.preprocess(
    (input) => {
      if (typeof input === 'string') return input.toUpperCase();
      return typeof input === 'number' ? (names[input] ?? input) : input;
    },
    z.enum(names, expected(`one of ${names.join(', ')}`)),
  );
}

function toText(input: unknown): unknown {
  if (typeof input === 'string') return storableText(input);
  return typeof input === 'number' || typeof input === 'boolean' ? String(input) : input;
}

function toWholeNumber(input: unknown): unknown {
  if (typeof input === 'string' && WHOLE_NUMBER.test(input)) return Number(input);
  // The sum turns -0 into 0.
  return typeof input === 'number' ? Math.trunc(input) + 0 : input;
}

function cut(input: unknown, limit: number, how: (text: string, limit: number) => string): unknown {
  return typeof input === 'string' ? how(input, limit) : input;
}
