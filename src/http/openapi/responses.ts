import { INT32, INT64, STRING, named, ref } from './schema.ts';
import type { Header, Reference, Response, Schema } from './types.ts';

/** The headers of answers that have a name. */
export const HEADERS = named<Header>()({
  'wow.Wow-Error-Code': { description: 'Error code', schema: { ...STRING, example: 'Ok' } },
  'redress.Retry-After': {
    description: 'Seconds after which to try again',
    schema: { type: 'integer', format: 'int32', example: 1 },
  },
});

const header = (name: keyof typeof HEADERS): Reference => ({ $ref: `#/components/headers/${name}` });

/** The header that every answer of the contract has (1.4). */
export const ERROR_CODE = { 'Wow-Error-Code': header('wow.Wow-Error-Code') };
const AND_WHEN_TO_RETRY = { ...ERROR_CODE, 'Retry-After': header('redress.Retry-After') };

const RESULT = ref('wow.command.CommandResult');
const INFO = ref('wow.api.DefaultErrorInfo');
/** Refused before there was a command, or on its way (contract 1.5). */
const RESULT_OR_INFO: Schema = { anyOf: [RESULT, INFO] };

const json = (description: string, schema: Schema, headers: Response['headers'] = ERROR_CODE): Response => ({
  description,
  headers,
  content: { 'application/json': { schema } },
});

/** An answer that says what went wrong. */
export const failure = (description: string): Response => json(description, INFO);

/** The answers that several operations give. */
export const RESPONSES = named<Response>()({
  'wow.CommandOk': {
    description: 'The result of the command at the wanted stage',
    headers: ERROR_CODE,
    content: {
      'application/json': { schema: RESULT },
      // Whatever goes wrong is the last frame.
      'text/event-stream': { schema: RESULT_OR_INFO },
    },
  },
  'wow.CommandBadRequest': json('Command Bad Request', RESULT_OR_INFO),
  'wow.CommandIllegalAccessOwnerAggregate': json('The aggregate has another owner', RESULT),
  'wow.CommandNotFound': json('Aggregate Not Found', RESULT_OR_INFO),
  'wow.CommandVersionConflict': json('Command Version Conflict', RESULT),
  'wow.CommandTooManyRequests': json('Command Too Many Requests', RESULT_OR_INFO, AND_WHEN_TO_RETRY),
  'wow.CommandRequestTimeout': json('Command Request Timeout', RESULT_OR_INFO),
  'wow.CommandIllegalAccessDeletedAggregate': json('Illegal Access Deleted Aggregate', RESULT),
  'wow.BadRequest': failure('Bad Request'),
  'wow.NotFound': failure('Not Found'),
  'wow.RequestTimeout': failure('Request Timeout'),
  'wow.NotAcceptable': failure('None of the accepted media types is given'),
  'wow.SourcingVersionConflict': failure('The stored events do not follow one another'),
  'wow.PayloadTooLarge': failure('The body is larger than 1 MiB'),
  'wow.UnsupportedMediaType': failure('Unsupported Media Type'),
  'wow.TooManyRequests': json('Too Many Requests', INFO, AND_WHEN_TO_RETRY),
  'wow.ServiceUnavailable': json('Postgres or Temporal does not answer at the moment', INFO, AND_WHEN_TO_RETRY),
  'wow.CountQuery': json('The number of what the condition matches', INT64),
  'wow.BatchResult': json('Batch Result', ref('wow.openapi.BatchResult')),
  'wow.CompensationTarget': json('Number of event streams compensated', INT32),
});
