import type { ParameterName, ResponseName } from './components.ts';

/** Failed answers by status; 413 and 415 come with the body. */
type Errors = Readonly<Record<number, ResponseName>>;

/** How the command that makes a record can fail (contract 1.6). */
export const CREATE_ERRORS: Errors = {
  400: 'wow.CommandBadRequest',
  404: 'wow.CommandNotFound',
  408: 'wow.CommandRequestTimeout',
  409: 'wow.CommandVersionConflict',
  410: 'wow.CommandIllegalAccessDeletedAggregate',
  429: 'wow.CommandTooManyRequests',
  503: 'wow.ServiceUnavailable',
};

/** How the other commands can fail: a record may have another owner. */
export const COMMAND_ERRORS: Errors = { ...CREATE_ERRORS, 403: 'wow.CommandIllegalAccessOwnerAggregate' };

/** How work on many versions or records can fail. */
export const BATCH_ERRORS: Errors = {
  400: 'wow.BadRequest',
  408: 'wow.RequestTimeout',
  503: 'wow.ServiceUnavailable',
};

/** How a query can fail: only so many are answered at a time. */
export const QUERY_ERRORS: Errors = { ...BATCH_ERRORS, 429: 'wow.TooManyRequests' };

/** How work on one record that may not be there can fail. */
export const RECORD_ERRORS: Errors = { ...BATCH_ERRORS, 404: 'wow.NotFound' };

/** How work on the versions of one record can fail: they may not follow one another. */
export const HISTORY_ERRORS: Errors = { ...RECORD_ERRORS, 409: 'wow.SourcingVersionConflict' };

/** The headers of every command (contract 1.3). */
export const COMMAND_PARAMETERS: readonly ParameterName[] = [
  'wow.Command-Wait-Stage',
  'wow.Command-Wait-Context',
  'wow.Command-Wait-Processor',
  'wow.Command-Wait-Function',
  'wow.Command-Wait-Timeout',
  'wow.Command-Wait-Tail-Stage',
  'wow.Command-Wait-Tail-Context',
  'wow.Command-Wait-Tail-Processor',
  'wow.Command-Wait-Tail-Function',
  'wow.Command-Aggregate-Id',
  'wow.Command-Aggregate-Version',
  'wow.Command-Request-Id',
  'wow.Command-Local-First',
  'wow.Accept',
];

/** The headers of a command that says in them what it is and which record it is for (contract 5.2). */
export const FACADE_PARAMETERS: readonly ParameterName[] = [
  'wow.Command-Type',
  ...COMMAND_PARAMETERS,
  'wow.Command-Tenant-Id',
  'wow.Wow-Space-Id',
  'wow.Command-Owner-Id',
  'wow.Command-Aggregate-Context',
  'wow.Command-Aggregate-Name',
];
