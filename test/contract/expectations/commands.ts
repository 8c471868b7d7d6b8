import type { Expectation } from '../expectation.ts';
import { ABSENT } from '../pairs.ts';
import { isGeneratedId } from '../renaming.ts';
import { PROCESS, STATE, error, result, stored } from './answers.ts';
import { named } from './which.ts';

/** Of the commands: what we take, what we refuse otherwise. */
export const COMMANDS: readonly Expectation[] = [
  {
    row: 'letter case of enums, ordinals',
    about: named('mark-recoverable/lower'),
    ours: stored('g-mr', 5),
    afterwards: true,
  },
  {
    row: 'letter case of enums, ordinals',
    about: named('change-function/lower-kind'),
    ours: stored('g-cf', 5),
    afterwards: true,
  },
  {
    row: 'letter case of enums, ordinals',
    about: named('facade-errors/lower-enum'),
    ours: {
      status: 404,
      'headers.wow-error-code': 'NotFound',
      body: result({
        aggregateId: 'x',
        aggregateVersion: 0,
        stage: 'PROCESSED',
        function: PROCESS,
        errorCode: 'NotFound',
        errorMsg:
          'AggregateId(contextName=compensation-service, aggregateName=execution_failed, tenantId=(0), id=x) is not initialized.',
        succeeded: false,
      }),
    },
  },
  {
    row: '`eventId.aggregateId.tenantId` missing',
    about: named('create-variants/missing-tenant'),
    ours: stored('g-cv-7', 1),
  },
  {
    row: '`eventId.aggregateId.tenantId` missing',
    about: named('create-variants/missing-tenant-state'),
    ours: { status: 200, 'headers.wow-error-code': 'Ok', body: { id: 'g-cv-7', ...STATE } },
  },
  {
    row: 'two creates with one request id, different ids',
    about: named('duplicates/new-id-same-request'),
    ours: {
      ...error(400, 'DuplicateRequestId', 'Duplicate request ID[g-dup-r1].'),
      'body.waitCommandId': isGeneratedId,
      'body.commandId': isGeneratedId,
      'body.stage': 'PROCESSED',
      'body.function': {
        functionKind: 'COMMAND',
        contextName: 'compensation-service',
        processorName: 'ExecutionFailed',
        name: 'onCreate',
      },
      'body.succeeded': false,
    },
  },
  {
    row: '`Command-Aggregate-Version: 0` on a record',
    about: named('expected-version/zero'),
    ours: {
      ...error(
        409,
        'CommandExpectVersionConflict',
        'The expected version[0] of the command is inconsistent with the actual version[3].',
      ),
      'body.aggregateVersion': 3,
      'body.function': PROCESS,
    },
  },
  {
    row: '`Command-Aggregate-Version: 0` on a missing id',
    about: named('expected-version/zero-on-missing'),
    ours: {
      ...error(
        404,
        'NotFound',
        'AggregateId(contextName=compensation-service, aggregateName=execution_failed, tenantId=(0), id=g-ver-none) is not initialized.',
      ),
      'body.waitCommandId': isGeneratedId,
      'body.requestId': isGeneratedId,
      'body.commandId': isGeneratedId,
      'body.stage': 'PROCESSED',
      'body.aggregateVersion': 0,
      'body.function': PROCESS,
    },
  },
  {
    row: 'numbers beyond int64, blank keys of tags',
    about: named('tags/blank-key'),
    ours: { body: { errorCode: 'IllegalArgument', errorMsg: 'Tags cannot contain blank keys!', succeeded: false } },
  },
  {
    row: 'numbers beyond int64, blank keys of tags',
    about: named('create-variants/huge-int'),
    ours: { body: { errorCode: 'BadRequest', errorMsg: 'long overflow', succeeded: false } },
  },
  {
    row: 'times and delays beyond 2^53 − 1 ms',
    about: named('create-variants/overflow-int'),
    ours: {
      'headers.wow-error-code': 'BadRequest',
      'body.errorCode': 'BadRequest',
      'body.errorMsg': 'long overflow',
      'body.bindingErrors': ABSENT,
    },
  },
  {
    row: 'U+0000 and unpaired surrogates in texts',
    about: named('create-variants/unicode-state'),
    ours: { 'body.error.errorMsg': '日本\u{fffd}"\'' },
  },
  {
    row: 'aggregate ids',
    about: named('ids-odd/long-create', 'ids-odd/long-mark', 'ids-odd/long-state'),
    ours: {
      status: 400,
      'headers.wow-error-code': 'IllegalArgument',
      body: {
        errorCode: 'IllegalArgument',
        errorMsg: 'The aggregate id is 300 bytes long: at most 234 are possible.',
        succeeded: false,
      },
    },
  },
];

/** Of the facade: it names what it does not know. */
export const FACADE: readonly Expectation[] = [
  {
    row: "a caller's mistake in a body or header",
    about: named('facade-errors/blank-type'),
    ours: error(400, 'IllegalArgument', 'Command-Type can not be empty.'),
  },
  ...[
    ['facade-errors/unknown-type', 'a.b.C'],
    ['facade-errors/short-type', 'CreateExecutionFailed'],
    ['facade-errors/event-type', 'me.ahoo.wow.compensation.api.ExecutionFailedCreated'],
  ].map(([name = '', type = '']): Expectation => ({
    row: "a caller's mistake in a body or header",
    about: named(name),
    ours: error(400, 'IllegalState', `Scope:[${type}] does not have a matching metadata definition.`),
  })),
];
