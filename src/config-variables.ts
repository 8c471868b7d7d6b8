import { z } from 'zod';
import { KAFKA_VARIABLES } from './config-kafka.ts';
import { VARIABLE_NOTES } from './config-notes.ts';
import {
  baseUrl,
  databaseUrl,
  either,
  host,
  hostList,
  keptFor,
  oneOf,
  someOf,
  timeZone,
  wholeNumber,
} from './config-values.ts';

/** What a process does: answer REST, carry out workflows and activities, or both. */
export const ROLES = ['api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** How creates are recorded. */
export const CREATE_PATHS = ['auto', 'workflow', 'store'] as const;
export type CreatePath = (typeof CREATE_PATHS)[number];

/** As pino names them, from the gravest on. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const INT32_MAX = 2_147_483_647;

/** Every environment variable of the service, in the order of the table: how its text is read, its default, its meaning. */
export const VARIABLES = z.object({
  PORT: wholeNumber(1, 65_535).prefault('8080').register(VARIABLE_NOTES, { meaning: 'Port of the REST API.' }),
  HOST: host.prefault('127.0.0.1').register(VARIABLE_NOTES, {
    meaning: 'Address to listen on. `0.0.0.0` or `::` opens the API to other machines; it asks nobody for a password.',
  }),
  DATABASE_URL: databaseUrl.register(VARIABLE_NOTES, {
    meaning: 'Postgres 15 or later, connected directly or through a pooler in session mode: `postgresql://…`.',
  }),
  ROLES: someOf(ROLES)
    .prefault('api,worker')
    .register(VARIABLE_NOTES, {
      meaning:
        'What this process does: `api` answers REST and takes commands from Kafka, `worker` carries out workflows and ' +
        'deliveries and publishes on Kafka.',
    }),
  ADVERTISED_URL: baseUrl.optional().register(VARIABLE_NOTES, {
    derivedDefault: '`http://HOST:PORT`',
    meaning:
      'Where the other processes reach this one, to hand it answers that its callers wait for. ' +
      'With a wildcard `HOST` the default names this machine. Required where `ROLES` is only one of the two.',
  }),
  PUBLIC_URL: baseUrl.optional().register(VARIABLE_NOTES, {
    derivedDefault: '`ADVERTISED_URL`',
    meaning: 'Where people reach the API: used for links.',
  }),
  TEMPORAL_UI_URL: baseUrl
    .optional()
    .register(VARIABLE_NOTES, { meaning: 'Where people reach the Temporal Web UI: used for links to workflows.' }),
  WAIT_HOSTS: hostList.prefault('').register(VARIABLE_NOTES, {
    meaning:
      'Hosts, comma-separated, to which answers may be sent that a caller waits for, ' +
      'besides the advertised addresses of live processes.',
  }),
  TARGETS_FILE: z
    .string()
    .optional()
    .register(VARIABLE_NOTES, { meaning: 'YAML file that says which prepared retries are pushed, and where to.' }),
  ...KAFKA_VARIABLES,
  DASHBOARD_DIR: z.string().optional().register(VARIABLE_NOTES, {
    meaning: 'Folder of a built dashboard, whose `index.html` and other files are served at `/`.',
  }),
  AUTO_RETRY: either('on', 'off')
    .prefault('on')
    .register(VARIABLE_NOTES, {
      meaning:
        '`off` prepares no retry by itself; attempts in flight and retries by hand are delivered all the same. Change it for all ' +
        'processes at once: stop all, then start all. With `on` again, what is overdue is due at once.',
    }),
  RETRY_MAX_RETRIES: wholeNumber(0, INT32_MAX).prefault('10').register(VARIABLE_NOTES, {
    meaning: 'Retries of a failure that is reported without a retry spec of its own.',
  }),
  RETRY_MIN_BACKOFF: wholeNumber(0, INT32_MAX).prefault('180').register(VARIABLE_NOTES, {
    meaning: 'Seconds before its first retry; doubled for each retry that follows.',
  }),
  RETRY_EXECUTION_TIMEOUT: wholeNumber(0, INT32_MAX).prefault('120').register(VARIABLE_NOTES, {
    meaning: 'Seconds that one attempt may take before it counts as lost.',
  }),
  VISIBILITY_UPSERTS: either('status', 'off').prefault('status').register(VARIABLE_NOTES, {
    meaning: '`off` keeps a status in Temporal as it was at the start of the workflow, which spares its database.',
  }),
  MAX_CACHED_WORKFLOWS: wholeNumber(1, 100_000).prefault('250').register(VARIABLE_NOTES, {
    meaning: 'Workflows kept in memory between their tasks; the others are replayed when something happens to them.',
  }),
  CREATE_PATH: oneOf(CREATE_PATHS)
    .prefault('auto')
    .register(VARIABLE_NOTES, {
      meaning:
        'How failures are recorded: `workflow` starts their workflow, which stores them; `store` stores them at once, and ' +
        'their workflow is started behind them; `auto` does the first until too many come at a time, then the second.',
    }),
  MAX_WAITING: wholeNumber(1, 1_000_000).prefault('2000').register(VARIABLE_NOTES, {
    meaning: 'Callers that may wait for an answer at once; the next one gets 429.',
  }),
  QUERY_GUARD: either('on', 'off')
    .prefault('off')
    .register(VARIABLE_NOTES, {
      meaning:
        '`on` refuses queries that the original refuses in its newest release by default: lists without a limit or above ' +
        '1000, pages above 100, and operators that cannot use an index.',
    }),
  QUERY_ZONE: timeZone.optional().register(VARIABLE_NOTES, {
    derivedDefault: '`TZ`, else that of the machine',
    meaning: 'Time zone in which queries understand days, weeks and months that name none, e.g. `Europe/Berlin`.',
  }),
  RETENTION: keptFor.prefault('off').register(VARIABLE_NOTES, {
    meaning:
      'How long records are kept that are SUCCEEDED or deleted and rest, e.g. `30d`; then they are removed with their events. ' +
      '`off` keeps them for ever.',
  }),
  SHUTDOWN_TIMEOUT: wholeNumber(1, 600).prefault('10').register(VARIABLE_NOTES, {
    meaning: 'Seconds that running requests and activities get to end after SIGTERM or Ctrl-C.',
  }),
  LOG_LEVEL: oneOf(LOG_LEVELS)
    .prefault('info')
    .register(VARIABLE_NOTES, {
      meaning: `Least grave line that is logged: \`${LOG_LEVELS.join('`, `')}\`.`,
    }),
});

/** Where Temporal is; read by `@temporalio/envconfig` when the connection is made, and listed with the others. */
export const TEMPORAL_VARIABLES = {
  name: 'TEMPORAL_*',
  after: 'DATABASE_URL',
  defaultText: '`127.0.0.1:7233`, namespace `default`',
  meaning:
    'Where Temporal is, as its SDKs and its command line read it: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, ' +
    '`TEMPORAL_API_KEY`, `TEMPORAL_TLS`, `TEMPORAL_TLS_…`, `TEMPORAL_PROFILE`, `TEMPORAL_CONFIG_FILE`.',
} as const;
