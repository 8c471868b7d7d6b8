import { hostname } from 'node:os';
import type { z } from 'zod';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { KAFKA_RULES, kafkaSettings } from './config-kafka.ts';
import { hostInUrl } from './config-values.ts';
import { type CreatePath, type LogLevel, type Role, ROLES, VARIABLES } from './config-variables.ts';
import { checkRetrySpec, type RetrySpec } from './domain/index.ts';
import type { KafkaSettings } from './kafka/index.ts';

/** The settings of one process, read once at its start. What each means stands in `config-variables.ts`. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Holds a password: never log it. */
  readonly databaseUrl: string;
  readonly roles: ReadonlySet<Role>;
  /** Like all addresses here: without a slash at its end. */
  readonly advertisedUrl: string;
  readonly publicUrl: string;
  readonly temporalUiUrl: string | null;
  /** Spelt as `URL.hostname` spells them. */
  readonly waitHosts: ReadonlySet<string>;
  readonly targetsFile: string | null;
  /** Null: without Kafka. May hold a password: never log it. */
  readonly kafka: KafkaSettings | null;
  readonly dashboardDir: string | null;
  readonly autoRetry: boolean;
  readonly retryDefaults: RetrySpec;
  readonly visibilityUpserts: boolean;
  readonly maxCachedWorkflows: number;
  readonly createPath: CreatePath;
  readonly maxWaiting: number;
  /** Whether queries are held to the limits of 8.10.10 (query contract 9). */
  readonly queryGuard: boolean;
  /** Time zone of date operators that name none. */
  readonly queryZone: string;
  /** Milliseconds for which finished records are kept; null: for ever. */
  readonly retention: number | null;
  /** Milliseconds. */
  readonly shutdownTimeout: number;
  readonly logLevel: LogLevel;
}

type Values = z.output<typeof VARIABLES>;

const SPLIT_VARIABLES = VARIABLES.refine((values) => values.ADVERTISED_URL !== undefined || !isSplit(values), {
  path: ['ADVERTISED_URL'],
  when: readable('ROLES', 'ADVERTISED_URL'),
  error:
    'is not set: where ROLES is only one of api and worker, give the address at which the other processes reach this one, ' +
    'e.g. http://redress-api-1:8080',
}).refine((values) => checkRetrySpec(retryDefaults(values)) === undefined, {
  path: ['RETRY_MAX_RETRIES'],
  when: readable('RETRY_MAX_RETRIES', 'RETRY_MIN_BACKOFF', 'RETRY_EXECUTION_TIMEOUT'),
  error:
    'is too large for RETRY_MIN_BACKOFF: doubled for each retry, the wait before the last one leaves the range of times; lower either',
});

const CHECKED_VARIABLES = KAFKA_RULES.reduce(
  (variables, { name, with: others, holds, error }) =>
    variables.refine(holds, { path: [name], when: readable(name, ...others), error }),
  SPLIT_VARIABLES,
);

/**
 * Reads the settings from the environment; unknown variables are ignored, empty ones count as unset.
 * @param machine name of this machine, by which others reach it where HOST is a wildcard
 * @throws ConfigError with every problem there is
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, machine = hostname()): Config {
  const { success, data, error } = CHECKED_VARIABLES.safeParse(withoutEmpty(environment));
  if (!success) throw new ConfigError(problems(error));
  const advertisedUrl = data.ADVERTISED_URL ?? `http://${reachableHost(data.HOST, machine)}:${data.PORT}`;
  return Object.freeze({
    port: data.PORT,
    host: data.HOST,
    databaseUrl: data.DATABASE_URL,
    roles: data.ROLES,
    advertisedUrl,
    publicUrl: data.PUBLIC_URL ?? advertisedUrl,
    temporalUiUrl: data.TEMPORAL_UI_URL ?? null,
    waitHosts: data.WAIT_HOSTS,
    targetsFile: data.TARGETS_FILE ?? null,
    kafka: kafkaSettings(data),
    dashboardDir: data.DASHBOARD_DIR ?? null,
    autoRetry: data.AUTO_RETRY,
    retryDefaults: Object.freeze(retryDefaults(data)),
    visibilityUpserts: data.VISIBILITY_UPSERTS,
    maxCachedWorkflows: data.MAX_CACHED_WORKFLOWS,
    createPath: data.CREATE_PATH,
    maxWaiting: data.MAX_WAITING,
    queryGuard: data.QUERY_GUARD,
    queryZone: data.QUERY_ZONE ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    retention: data.RETENTION,
    shutdownTimeout: data.SHUTDOWN_TIMEOUT * 1_000,
    logLevel: data.LOG_LEVEL,
  });
}

function withoutEmpty(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, text = '']) => (text.trim() === '' ? [] : [[name, text.trim()]])),
  );
}

/** The first problem of each variable, in the order of the table. */
function problems(error: z.ZodError): ConfigProblem[] {
  return Object.keys(VARIABLES.shape).flatMap((name) => {
    const issue = error.issues.find(({ path }) => path[0] === name);
    return issue === undefined ? [] : [{ name, text: issue.message }];
  });
}

/** A check over several variables runs where each of them could be read, whatever is wrong with the others. */
function readable(...names: (keyof Values)[]) {
  return ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path = [] }) => names.some((name) => name === path[0]));
}

const isSplit = ({ ROLES: roles }: Values): boolean => roles.size < ROLES.length;

function retryDefaults(values: Values): RetrySpec {
  return {
    maxRetries: values.RETRY_MAX_RETRIES,
    minBackoff: values.RETRY_MIN_BACKOFF,
    executionTimeout: values.RETRY_EXECUTION_TIMEOUT,
  };
}

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '[::]']);

/** Nobody can call a wildcard, so the machine's own name stands in for it. */
function reachableHost(host: string, machine: string): string {
  const inUrl = hostInUrl(host);
  return WILDCARDS.has(inUrl) ? machine : inUrl;
}
