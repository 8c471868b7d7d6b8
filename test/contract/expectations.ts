import type { Expectation, Expected } from './expectation.ts';
import { ABSENT } from './pairs.ts';
import type { Exchange } from './recording.ts';
import { isGeneratedId } from './renaming.ts';

const named =
  (...names: readonly string[]) =>
  ({ name }: Exchange): boolean =>
    names.includes(name);

/** A query alone, with the ids of its scenario, or as a count. */
const variantOf =
  (query: string) =>
  ({ name }: Exchange): boolean =>
    ['', '-bare', '-count'].some((variant) => name === `query-operators/${query}${variant}`);

const both =
  (...conditions: readonly ((exchange: Exchange) => boolean)[]) =>
  (exchange: Exchange): boolean =>
    conditions.every((condition) => condition(exchange));

const failed = ({ response }: Exchange): boolean =>
  response.status === 500 && response.headers['Wow-Error-Code'] === 'InternalServerError';

const hasOtherContent = ({ request: { headers, body } }: Exchange): boolean =>
  body !== null && !/^application\/([^;]+\+)?json\b/.test(headers['Content-Type'] ?? '');

/** An error in place of another one: the headers and the body say the same. */
const error = (status: number, errorCode: string, errorMsg: Expected): Record<string, Expected> => ({
  status,
  'headers.wow-error-code': errorCode,
  'body.errorCode': errorCode,
  'body.errorMsg': errorMsg,
});

const UNREADABLE = error(400, 'IllegalArgument', '400 BAD_REQUEST "Failed to read HTTP message"');
const UNREADABLE_BODY = [{ name: 'body', msg: /^JSON decoding error: / }];

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const isInstant = (value: unknown): boolean => typeof value === 'number' && Math.abs(Date.now() - value) < 3_600_000;

const AGGREGATE = { contextName: 'compensation-service', aggregateName: 'execution_failed', tenantId: '(0)' };

/** What a command has come to, in place of an error that is none to us. */
const result = (but: Readonly<Record<string, Expected>>): Expected => ({
  ...AGGREGATE,
  id: isGeneratedId,
  waitCommandId: isGeneratedId,
  requestId: isGeneratedId,
  commandId: isGeneratedId,
  result: {},
  signalTime: isInstant,
  ...but,
});

const stored = (aggregateId: string, aggregateVersion: number): Record<string, Expected> => ({
  status: 200,
  'headers.wow-error-code': 'Ok',
  body: result({
    aggregateId,
    aggregateVersion,
    stage: 'SNAPSHOT',
    function: { functionKind: 'STATE_EVENT', contextName: 'wow', processorName: 'SnapshotDispatcher', name: 'save' },
    errorCode: 'Ok',
    errorMsg: '',
    succeeded: true,
  }),
});

const refusedByGuard = {
  functionKind: 'COMMAND',
  contextName: 'wow',
  processorName: 'SimpleCommandAggregate',
  name: 'process',
};

/** The state of the record that the recordings create, but for its id. */
const STATE = {
  error: {
    errorCode: 'BadRequest',
    errorMsg: 'mail gateway refused',
    stackTrace: 'java.lang.IllegalStateException: boom',
    succeeded: false,
  },
  eventId: {
    id: '0UvW2Ap6000100H',
    aggregateId: {
      contextName: 'order-service',
      aggregateName: 'order',
      aggregateId: '0UvW2AoI000100G',
      tenantId: '(0)',
    },
    version: 6,
  },
  executeAt: 1_756_699_999_950,
  function: {
    functionKind: 'EVENT',
    contextName: 'notice-service',
    processorName: 'OrderNoticeSaga',
    name: 'onOrderPaid',
  },
  isBelowRetryThreshold: true,
  isRetryable: true,
  recoverable: 'UNKNOWN',
  retrySpec: { maxRetries: 10, minBackoff: 180, executionTimeout: 120 },
  retryState: {
    retries: 0,
    retryAt: 1_756_699_999_950,
    timeoutAt: 1_756_700_119_950,
    nextRetryAt: 1_756_700_179_950,
  },
  status: 'FAILED',
};

/** Of the commands: what we take, what we refuse otherwise. */
const COMMANDS: readonly Expectation[] = [
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
        function: refusedByGuard,
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
      'body.function': refusedByGuard,
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
      'body.function': refusedByGuard,
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

/** Of the reads. */
const READS: readonly Expectation[] = [
  {
    row: "texts that quote the original's internals",
    about: named('happy-flow/state-v0'),
    ours: { 'body.errorMsg': 'The version [0] must be greater than or equal to 1.' },
  },
];

/** Of what is sent again. */
const REPAIR: readonly Expectation[] = [
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

/** Of the facade: it names what it does not know. */
const FACADE: readonly Expectation[] = [
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

const MACHINE_ID = { machineId: isCount };

/** What Redress stands on in place of what the original stands on. */
const HEALTH = (components: string): Record<string, Expected> => ({
  [`${components}.mongo`]: ABSENT,
  [`${components}.redis`]: ABSENT,
  [`${components}.ssl`]: ABSENT,
  [`${components}.machineId.details`]: MACHINE_ID,
  [`${components}.db`]: {
    status: 'UP',
    details: { database: 'PostgreSQL', validationQuery: /^select /, version: /^\d+(\.\d+)*/ },
  },
  [`${components}.temporal`]: { status: 'UP', details: { namespace: /./ } },
  [`${components}.worker`]: { status: 'UP', details: { state: 'RUNNING' } },
});

/** Queries that we understand, or say what is wrong with. */
const QUERIES: readonly Expectation[] = [
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

const ACTUATOR: readonly Expectation[] = [
  {
    row: 'another method on `/actuator/…`',
    about: named('actuator/post-health'),
    ours: { 'headers.allow': 'GET,HEAD,OPTIONS' },
  },
  {
    row: 'components of `/actuator/health`',
    about: named(
      'actuator/get/health',
      'actuator/get/health/',
      'actuator/health-accept-application/json',
      'actuator/health-accept-*/*',
    ),
    ours: HEALTH('body.components'),
  },
  {
    row: 'components of `/actuator/health`',
    about: named('actuator/health-accept-application/vnd.spring-boot.actuator.v2+json'),
    ours: HEALTH('body.details'),
  },
  {
    row: 'components of `/actuator/health`',
    about: named('actuator/get/health/mongo', 'actuator/get/health/redis', 'actuator/get/health/ssl'),
    ours: { status: 404, 'headers.content-type': ABSENT, body: '' },
  },
  {
    row: 'components of `/actuator/health`',
    about: named('actuator/get/health/machineId'),
    ours: { 'body.details': MACHINE_ID },
  },
  {
    row: '`/actuator/cosidGenerator`',
    about: named('actuator/get/cosidGenerator'),
    ours: error(
      400,
      'BadRequest',
      'There is no shared generator of numbers: GET /actuator/cosidStringGenerator gives an id as text.',
    ),
  },
  {
    row: '`/actuator/cosidGenerator`',
    about: named('actuator/get/cosidGenerator/cosid'),
    ours: error(400, 'BadRequest', 'CosIdGenerator does not support the generation of long IDs!'),
  },
  {
    row: '`/actuator/cosidStringGenerator`',
    about: named('actuator/get/cosidStringGenerator'),
    ours: {
      status: 200,
      'headers.content-type': 'application/vnd.spring-boot.actuator.v3+json;charset=UTF-8',
      'headers.wow-error-code': ABSENT,
      body: isGeneratedId,
    },
  },
];

/** What is true of every operation. */
const EVERYWHERE: readonly Expectation[] = [
  {
    row: 'a wrong content type',
    about: both(failed, hasOtherContent),
    ours: error(415, 'UnsupportedMediaType', /^Content type '.+' is not supported: send application\/json\.$/),
  },
  {
    row: "a caller's mistake in a body or header",
    about: failed,
    ours: { ...UNREADABLE, 'body.bindingErrors': UNREADABLE_BODY },
  },
];

/** The differences that are kept on purpose, in the order in which they are tried. */
export const EXPECTATIONS: readonly Expectation[] = [
  ...COMMANDS,
  ...READS,
  ...QUERIES,
  ...REPAIR,
  ...FACADE,
  ...ACTUATOR,
  ...EVERYWHERE,
];
