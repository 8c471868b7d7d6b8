import { EVENT_BODY_TYPES } from '../../domain/index.ts';
import { INT32, INT64, STRING, arrayOf, described, named, oneOf, ref } from './schema.ts';
import type { Parameter, Schema } from './types.ts';

const header = (name: string, schema: Schema, description?: string): Parameter => ({
  name,
  in: 'header',
  ...(description === undefined ? {} : { description }),
  schema,
});

const path = (name: string, schema: Schema): Parameter => ({ name, in: 'path', required: true, schema });
const query = (name: string, schema: Schema): Parameter => ({ name, in: 'query', required: false, schema });

const STAGE = ref('wow.command.CommandStage');
/** The largest version that can be asked for. */
const LAST = 2_147_483_646;

/** Headers (contract 1.3), and what paths and queries name: `{x}` of a path is `wow.x`. */
export const PARAMETERS = named<Parameter>()({
  'wow.Command-Type': {
    ...header('Command-Type', STRING, 'The fully qualified name of the command message body'),
    required: true,
  },
  'wow.Command-Wait-Stage': header('Command-Wait-Stage', STAGE),
  'wow.Command-Wait-Context': header('Command-Wait-Context', STRING),
  'wow.Command-Wait-Processor': header('Command-Wait-Processor', STRING),
  'wow.Command-Wait-Function': header('Command-Wait-Function', STRING),
  'wow.Command-Wait-Timeout': header('Command-Wait-Timeout', INT32, 'Command timeout period. Milliseconds'),
  'wow.Command-Wait-Tail-Stage': header('Command-Wait-Tail-Stage', STAGE),
  'wow.Command-Wait-Tail-Context': header('Command-Wait-Tail-Context', STRING),
  'wow.Command-Wait-Tail-Processor': header('Command-Wait-Tail-Processor', STRING),
  'wow.Command-Wait-Tail-Function': header('Command-Wait-Tail-Function', STRING),
  'wow.Command-Aggregate-Id': header('Command-Aggregate-Id', STRING),
  'wow.Command-Aggregate-Version': header(
    'Command-Aggregate-Version',
    INT32,
    'The version of the target aggregate, which is used to control version conflicts',
  ),
  'wow.Command-Request-Id': header(
    'Command-Request-Id',
    STRING,
    'The request ID of the command message, which is used to check the idempotency of the command message',
  ),
  'wow.Command-Local-First': header(
    'Command-Local-First',
    { type: 'boolean' },
    'Whether to enable local priority mode, if false, it will be turned off, and the default is true.',
  ),
  'wow.Accept': header('Accept', {
    type: 'string',
    default: 'application/json',
    enum: ['application/json', 'text/event-stream'],
  }),
  'wow.Command-Tenant-Id': header('Command-Tenant-Id', STRING, 'The tenant ID of the aggregate'),
  'wow.Wow-Space-Id': header('Wow-Space-Id', { ...described('aggregate space id', STRING), example: '' }),
  'wow.Command-Owner-Id': header('Command-Owner-Id', STRING, 'The owner ID of the aggregate resource'),
  'wow.Command-Aggregate-Context': header(
    'Command-Aggregate-Context',
    STRING,
    'The name of the context to which the command message belongs',
  ),
  'wow.Command-Aggregate-Name': header(
    'Command-Aggregate-Name',
    STRING,
    'The name of the aggregate to which the command message belongs',
  ),
  'wow.id': path('id', described('aggregate id', STRING)),
  'wow.version': path('version', { ...described('aggregate version', INT32), example: LAST }),
  'wow.createTime': path('createTime', INT64),
  'wow.afterId': path('afterId', { ...described('The ID of the last record in the batch.', STRING), example: '(0)' }),
  'wow.limit': path('limit', { ...described('The size of batch.', INT32), example: LAST }),
  'wow.headVersion': path('headVersion', { ...described('The head version of the aggregate.', INT32), example: 1 }),
  'wow.tailVersion': path('tailVersion', { ...described('The tail version of the aggregate.', INT32), example: LAST }),
  'wow.aggregate-tracing.headVersion': query('headVersion', described('The first aggregate version to emit.', INT32)),
  'wow.aggregate-tracing.tailVersion': query(
    'tailVersion',
    described('The last aggregate version to replay and emit.', INT32),
  ),
  'wow.aggregate-tracing.limit': query('limit', described('The maximum number of tail versions to emit.', INT32)),
  'redress.Redress-Attempt': header(
    'Redress-Attempt',
    INT32,
    'The attempt that is reported on, as its delivery named it: a late report is told from one of the attempt in flight',
  ),
  'redress.feed.event': query('event', {
    ...arrayOf(oneOf([...Object.keys(EVENT_BODY_TYPES), 'state_event'])),
    description: 'Only events of these names; state_event is an event with the state after it',
  }),
  'redress.feed.context': query('context', described('Only of functions of these contexts', arrayOf(STRING))),
  'redress.feed.processor': query('processor', described('Only of functions of these processors', arrayOf(STRING))),
  'redress.feed.function': query('function', described('Only of functions of these names', arrayOf(STRING))),
  'redress.feed.from': query('from', {
    ...described('Where a reader without a place begins', oneOf(['beginning', 'now'])),
    default: 'now',
  }),
  'redress.feed.after': query('after', described('The id of the event after which to go on', STRING)),
  'redress.feed.Last-Event-ID': header('Last-Event-ID', STRING, 'The same, from a reader that connects again; it wins'),
});
