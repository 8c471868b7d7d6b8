import {
  AGGREGATE_NAME,
  COMMAND_BODY_TYPES,
  CONTEXT_NAME,
  type CommandName,
  EVENT_BODY_TYPES,
  type EventName,
  TENANT_ID,
} from '../domain/index.ts';

/** A bounded context as the original describes its own (contract 5.3). Members may be null, and are then written as such. */
interface BoundedContext {
  readonly alias: string | null;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly aggregates: Readonly<Record<string, Aggregate>>;
}

interface Aggregate {
  readonly scopes: readonly string[];
  readonly type: string | null;
  readonly tenantId: string | null;
  readonly id: string | null;
  readonly commands: readonly string[];
  readonly events: readonly string[];
}

/** What the framework of the original says of itself, some of it by mistake; clients may compare it. */
const FRAMEWORK_SCOPES: Readonly<Record<string, string>> = {
  'wow.openapi': 'me.ahoo.wow.openapi',
  wow: 'me.ahoo.wow',
  'wow.command': 'me.ahoo.wow.command',
  'wow.configuration': 'me.ahoo.wow.configuration',
  'wow.event': 'me.ahoo.wow.event',
  'wow.sourcing': 'me.ahoo.wow.eventsourcing',
  'wow.exception': 'me.ahoo.wow.modeling',
  'wow.messaging': 'me.ahoo.wow.messaging',
  'wow.modeling': 'me.ahoo.wow.modeling',
  'wow.naming': 'me.ahoo.wow.naming',
  'wow.api': 'me.ahoo.wow.api',
  'wow.api.abac': 'me.ahoo.wow.api.abac',
  'wow.api.command': 'me.ahoo.wow.api.command',
  'wow.api.event': 'me.ahoo.wow.api.event',
  'wow.api.exception': 'me.ahoo.wow.api.event',
  'wow.api.messaging': 'me.ahoo.wow.api.messaging',
  'wow.api.modeling': 'me.ahoo.wow.api.modeling',
  'wow.api.query': 'me.ahoo.wow.api.query',
};

/** The aggregate's own, without what every aggregate knows, in the order in which the original lists its sets. */
const COMMANDS: readonly CommandName[] = [
  'apply_execution_success',
  'create_execution_failed',
  'prepare_compensation',
  'change_function',
  'apply_execution_failed',
  'force_prepare_compensation',
  'apply_retry_spec',
  'mark_recoverable',
];
const EVENTS: readonly EventName[] = [
  'function_changed',
  'retry_spec_applied',
  'compensation_prepared',
  'execution_success_applied',
  'execution_failed_created',
  'execution_failed_applied',
  'recoverable_marked',
];

const SERVICE: BoundedContext = {
  alias: 'compensation',
  description: '',
  scopes: ['me.ahoo.wow.compensation.server', 'me.ahoo.wow.compensation.domain', 'me.ahoo.wow.compensation'],
  aggregates: {
    [AGGREGATE_NAME]: {
      scopes: ['me.ahoo.wow.compensation.domain', 'me.ahoo.wow.compensation.api'],
      type: 'me.ahoo.wow.compensation.domain.ExecutionFailed',
      tenantId: TENANT_ID,
      id: null,
      commands: COMMANDS.map((name) => COMMAND_BODY_TYPES[name]),
      events: EVENTS.map((name) => EVENT_BODY_TYPES[name]),
    },
  },
};

/** What `GET /wow/metadata` answers: this service's context and those of the original's framework. */
export const METADATA: { readonly contexts: Readonly<Record<string, BoundedContext>> } = {
  contexts: {
    ...Object.fromEntries(
      Object.entries(FRAMEWORK_SCOPES).map(([name, scope]) => [
        name,
        { alias: name, description: '', scopes: [scope], aggregates: {} },
      ]),
    ),
    [CONTEXT_NAME]: SERVICE,
  },
};
