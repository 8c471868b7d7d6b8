import type { Expectation } from '../expectation.ts';
import { UNREADABLE_BODY, error, isCount } from './answers.ts';
import { named, variantOf } from './which.ts';

/** Of the reads. */
export const READS: readonly Expectation[] = [
  {
    row: "texts that quote the original's internals",
    about: named('happy-flow/state-v0'),
    ours: { 'body.errorMsg': 'The version [0] must be greater than or equal to 1.' },
  },
];

/** Of what is sent again. */
export const REPAIR: readonly Expectation[] = [
  {
    row: 'an empty body on `compensate`',
    about: named('event-compensate/empty'),
    ours: {
      status: 400,
      'headers.wow-error-code': 'IllegalArgument',
      'headers.content-type': 'application/json',
      body: {
        errorCode: 'IllegalArgument',
        errorMsg: '400 BAD_REQUEST "Failed to read HTTP message"',
        bindingErrors: UNREADABLE_BODY,
        succeeded: false,
      },
    },
  },
];

/** Queries that we understand, or say what is wrong with. */
export const QUERIES: readonly Expectation[] = [
  ...[
    ['031-EXISTS', 'The value of EXISTS must be true or false, but was String.'],
    ['068-RECENT_DAYS', 'The value must be a number of days.'],
    ['071-TODAY', 'Unknown time-zone ID: Nowhere/X'],
    ['080-EQ', 'The field "$x" must not start with $.'],
    ['081-IN', 'The value of IN must be an array, but was Int.'],
  ].map(([query = '', message = '']): Expectation => ({
    row: 'a value or a field that a query cannot use',
    about: variantOf(query),
    ours: error(400, 'BadRequest', message),
  })),
  {
    row: 'the operator `MATCH`',
    about: variantOf('057-MATCH'),
    ours: error(400, 'IllegalArgument', 'HTTP query operator[MATCH] is not allowed.'),
  },
  {
    row: 'letter case of enums, ordinals',
    about: named('query-operators/075-eq', 'query-operators/075-eq-bare'),
    ours: {
      status: 200,
      'headers.wow-error-code': 'Ok',
      body: ['gqo1', 'gqo3', 'gqo5', 'gqo6'].map((id) => ({ version: 1, state: { id }, aggregateId: id })),
    },
  },
  {
    row: 'letter case of enums, ordinals',
    about: named('query-operators/075-eq-count'),
    ours: { status: 200, 'headers.wow-error-code': 'Ok', body: 4 },
  },
  {
    row: 'an empty body on count, paged, single',
    about: named('event-queries/empty-count'),
    ours: { 'headers.wow-error-code': 'Ok', 'headers.content-type': 'application/json', body: isCount },
  },
  {
    row: 'an empty body on count, paged, single',
    about: named('event-queries/empty-paged'),
    ours: {
      'headers.wow-error-code': 'Ok',
      'headers.content-type': 'application/json',
      body: { total: isCount, list: (value) => Array.isArray(value) && value.length === 10 },
    },
  },
];
