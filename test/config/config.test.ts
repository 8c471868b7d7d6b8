import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config-error.ts';
import { type Config, readConfig } from '../../src/config.ts';

const DATABASE_URL = 'postgresql://redress:s3cret@127.0.0.1:5432/redress';

const read = (environment: Record<string, string>): Config => readConfig({ DATABASE_URL, ...environment }, 'machine-1');

function problemsOf(environment: Record<string, string | undefined>): Record<string, string> {
  try {
    readConfig(environment, 'machine-1');
  } catch (error) {
    if (error instanceof ConfigError) return Object.fromEntries(error.problems.map(({ name, text }) => [name, text]));
    throw error;
  }
  return {};
}

test('a database is all that must be given', () => {
  expect(read({})).toEqual({
    port: 8080,
    host: '127.0.0.1',
    databaseUrl: DATABASE_URL,
    roles: new Set(['api', 'worker']),
    advertisedUrl: 'http://127.0.0.1:8080',
    publicUrl: 'http://127.0.0.1:8080',
    temporalUiUrl: null,
    waitHosts: new Set(),
    targetsFile: null,
    kafka: null,
    dashboardDir: null,
    autoRetry: true,
    retryDefaults: { maxRetries: 10, minBackoff: 180, executionTimeout: 120 },
    visibilityUpserts: true,
    maxCachedWorkflows: 250,
    createPath: 'auto',
    maxWaiting: 2000,
    queryGuard: false,
    queryZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    retention: null,
    shutdownTimeout: 10_000,
    logLevel: 'info',
  } satisfies Config);
});

test('the settings cannot be changed once they are read', () => {
  const config = read({});
  expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  expect(() => Object.assign(config.retryDefaults, { maxRetries: 1 })).toThrow(TypeError);
});

describe('Kafka', () => {
  const KAFKA_BROKERS = 'Kafka-1.internal:9092, 10.0.0.7:9093,[::1]:9092';

  test('is spoken to as Wow does where brokers are given', () => {
    expect(read({ KAFKA_BROKERS }).kafka).toEqual({
      brokers: ['Kafka-1.internal:9092', '10.0.0.7:9093', '[::1]:9092'],
      topicPrefix: 'wow.',
      contextAlias: 'compensation',
      groupId: 'compensation-service.CommandDispatcher',
      clientId: 'redress',
      partitions: null,
      replication: null,
      maxMessageBytes: null,
      tls: null,
      sasl: null,
    });
    expect(read({ KAFKA_TOPIC_PREFIX: 'acme.' }).kafka).toBeNull();
  });

  test('takes what a managed cluster asks for', () => {
    const { kafka } = read({
      KAFKA_BROKERS,
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA_FILE: 'ca.pem',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'redress',
      KAFKA_SASL_PASSWORD: 's3cret',
      KAFKA_PARTITIONS: '12',
      KAFKA_REPLICATION: '3',
    });
    expect(kafka).toMatchObject({
      tls: { caFile: 'ca.pem', certFile: null, keyFile: null },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'redress', password: 's3cret' },
      partitions: 12,
      replication: 3,
    });
  });

  test.for<[environment: Record<string, string>, name: string]>([
    [{ KAFKA_BROKERS: 'kafka-1' }, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: 'kafka://kafka-1:9092' }, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: 'kafka-1:99999' }, 'KAFKA_BROKERS'],
    [{ KAFKA_BROKERS: ',' }, 'KAFKA_BROKERS'],
    [{ KAFKA_TOPIC_PREFIX: 'a/b' }, 'KAFKA_TOPIC_PREFIX'],
    [{ KAFKA_TLS_CA_FILE: 'ca.pem' }, 'KAFKA_TLS_CA_FILE'],
    [{ KAFKA_TLS: 'on', KAFKA_TLS_CERT_FILE: 'cert.pem' }, 'KAFKA_TLS_CERT_FILE'],
    [{ KAFKA_TLS: 'on', KAFKA_TLS_KEY_FILE: 'key.pem' }, 'KAFKA_TLS_CERT_FILE'],
    [{ KAFKA_SASL_MECHANISM: 'GSSAPI' }, 'KAFKA_SASL_MECHANISM'],
    [{ KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'redress' }, 'KAFKA_SASL_MECHANISM'],
    [{ KAFKA_SASL_PASSWORD: 's3cret' }, 'KAFKA_SASL_MECHANISM'],
  ])('is refused with %j', ([environment, name]) => {
    expect(problemsOf({ DATABASE_URL, ...environment })).toEqual({ [name]: expect.any(String) as string });
  });
});

describe('a setting is read from its variable', () => {
  test.for<[environment: Record<string, string>, expected: Partial<Config>]>([
    [{ PORT: '9000' }, { port: 9000, advertisedUrl: 'http://127.0.0.1:9000' }],
    [{ PORT: ' 9000 ' }, { port: 9000 }],
    [{ PORT: '' }, { port: 8080 }],
    [{ PORT: '  ' }, { port: 8080 }],
    [{ DATABASE_URL: 'postgres://localhost/redress' }, { databaseUrl: 'postgres://localhost/redress' }],
    [{ ROLES: 'worker,api' }, { roles: new Set(['api', 'worker'] as const) }],
    [{ ROLES: ' worker , ', ADVERTISED_URL: 'http://w:1' }, { roles: new Set(['worker'] as const) }],
    [{ ADVERTISED_URL: 'http://Redress-1:8080/' }, { advertisedUrl: 'http://redress-1:8080' }],
    [
      { ADVERTISED_URL: 'http://gate/redress/' },
      { advertisedUrl: 'http://gate/redress', publicUrl: 'http://gate/redress' },
    ],
    [{ PUBLIC_URL: 'https://redress.example.com' }, { publicUrl: 'https://redress.example.com' }],
    [{ TEMPORAL_UI_URL: 'http://127.0.0.1:8233/' }, { temporalUiUrl: 'http://127.0.0.1:8233' }],
    [{ WAIT_HOSTS: 'Orders.internal, 10.0.0.7,::1' }, { waitHosts: new Set(['orders.internal', '10.0.0.7', '[::1]']) }],
    [{ TARGETS_FILE: 'targets.yaml' }, { targetsFile: 'targets.yaml' }],
    [{ AUTO_RETRY: 'off' }, { autoRetry: false }],
    [{ RETRY_MAX_RETRIES: '3' }, { retryDefaults: { maxRetries: 3, minBackoff: 180, executionTimeout: 120 } }],
    [
      { RETRY_MIN_BACKOFF: '0', RETRY_EXECUTION_TIMEOUT: '7' },
      { retryDefaults: { maxRetries: 10, minBackoff: 0, executionTimeout: 7 } },
    ],
    [{ RETRY_MAX_RETRIES: '45' }, { retryDefaults: { maxRetries: 45, minBackoff: 180, executionTimeout: 120 } }],
    [{ VISIBILITY_UPSERTS: 'off' }, { visibilityUpserts: false }],
    [{ MAX_CACHED_WORKFLOWS: '1000' }, { maxCachedWorkflows: 1000 }],
    [{ CREATE_PATH: 'store' }, { createPath: 'store' }],
    [{ MAX_WAITING: '5' }, { maxWaiting: 5 }],
    [{ QUERY_GUARD: 'on' }, { queryGuard: true }],
    [{ QUERY_ZONE: 'Europe/Berlin' }, { queryZone: 'Europe/Berlin' }],
    [{ RETENTION: '30d' }, { retention: 30 * 24 * 60 * 60 * 1_000 }],
    [{ RETENTION: 'off' }, { retention: null }],
    [{ SHUTDOWN_TIMEOUT: '30' }, { shutdownTimeout: 30_000 }],
    [{ LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [{ SOMETHING_ELSE: 'x' }, {}],
  ])('%o', ([environment, expected]) => {
    expect(read(environment)).toMatchObject(expected);
  });
});

describe('the advertised address is where others reach this process', () => {
  test.for([
    ['localhost', 'http://localhost:8080'],
    ['10.1.2.3', 'http://10.1.2.3:8080'],
    ['::1', 'http://[::1]:8080'],
    ['0.0.0.0', 'http://machine-1:8080'],
    ['::', 'http://machine-1:8080'],
    ['0:0:0:0:0:0:0:0', 'http://machine-1:8080'],
  ] as const)('HOST %s: %s', ([HOST, url]) => {
    expect(read({ HOST })).toMatchObject({ advertisedUrl: url, publicUrl: url });
  });
});

describe('a refused setting says what is wrong and what would be right', () => {
  test.for([
    ['PORT', '80a', 'is "80a": it must be a whole number from 1 to 65535'],
    ['PORT', '0', 'is 0: it must be a whole number from 1 to 65535'],
    ['PORT', '65536', 'is 65536: it must be a whole number from 1 to 65535'],
    ['PORT', '8080.0', 'is "8080.0": it must be a whole number from 1 to 65535'],
    [
      'HOST',
      'http://localhost',
      'is "http://localhost": it must be a host name or an IP address without scheme and port',
    ],
    ['HOST', '[::1]', 'is "[::1]": it must be a host name or an IP address without scheme and port'],
    ['HOST', '10.0.0.256', 'is "10.0.0.256": it must be a host name or an IP address without scheme and port'],
    ['ROLES', 'api,web', 'is "web": it must be a comma-separated list of api, worker'],
    ['ROLES', ',', 'is []: it must be a comma-separated list of api, worker'],
    ['WAIT_HOSTS', 'a,b:8080', 'is "b:8080": it must be a host name or an IP address without scheme and port'],
    ['AUTO_RETRY', 'true', 'is "true": it must be on or off'],
    ['RETRY_MAX_RETRIES', '-1', 'is "-1": it must be a whole number from 0 to 2147483647'],
    ['VISIBILITY_UPSERTS', 'on', 'is "on": it must be status or off'],
    ['MAX_CACHED_WORKFLOWS', '0', 'is 0: it must be a whole number from 1 to 100000'],
    ['QUERY_GUARD', 'true', 'is "true": it must be on or off'],
    ['QUERY_ZONE', 'Mars/Olympus', 'is "Mars/Olympus": it must be a time zone such as UTC or Europe/Berlin'],
    ['RETENTION', '0d', 'is "0d": it must be off, or a number of days such as 30d'],
    ['RETENTION', '12h', 'is "12h": it must be off, or a number of days such as 30d'],
    ['LOG_LEVEL', 'loud', 'is "loud": it must be one of fatal, error, warn, info, debug, trace, silent'],
  ] as const)('%s=%s', ([name, value, text]) => {
    expect(problemsOf({ DATABASE_URL, [name]: value })).toEqual({ [name]: text });
  });

  test.for([
    ['ADVERTISED_URL', 'redress-1:8080'],
    ['ADVERTISED_URL', 'ftp://redress-1'],
    ['ADVERTISED_URL', 'http://redress-1/?x=1'],
    ['PUBLIC_URL', 'https://redress.example.com/#top'],
    ['TEMPORAL_UI_URL', 'not a url'],
  ] as const)('%s=%s', ([name, value]) => {
    expect(problemsOf({ DATABASE_URL, [name]: value })).toEqual({
      [name]: expect.stringContaining('must be an http or https URL'),
    });
  });

  test('retries whose waits leave the range of times are refused', () => {
    expect(problemsOf({ DATABASE_URL, RETRY_MAX_RETRIES: '46' })).toEqual({
      RETRY_MAX_RETRIES: expect.stringContaining('RETRY_MIN_BACKOFF'),
    });
  });

  test.for(['api', 'worker'])('ROLES=%s alone needs an advertised address', (ROLES) => {
    expect(problemsOf({ DATABASE_URL, ROLES })).toEqual({
      ADVERTISED_URL: expect.stringMatching(/^is not set: .*e\.g\. http:/),
    });
  });

  test('an empty database URL counts as unset', () => {
    expect(problemsOf({ DATABASE_URL: '' })).toEqual({ DATABASE_URL: expect.stringMatching(/^is not set/) });
  });
});

test('all problems are told at once, one line each, in the order of the table', () => {
  const environment = {
    LOG_LEVEL: 'loud',
    ROLES: 'api',
    RETRY_MAX_RETRIES: '63',
    PORT: 'x',
  };
  expect(() => readConfig(environment)).toThrow(ConfigError);
  expect(Object.keys(problemsOf(environment))).toEqual([
    'PORT',
    'DATABASE_URL',
    'ADVERTISED_URL',
    'RETRY_MAX_RETRIES',
    'LOG_LEVEL',
  ]);
  const { message } = new ConfigError([{ name: 'PORT', text: 'is wrong' }]);
  expect(message).toBe('The environment cannot be used:\n  PORT is wrong');
});

test('no password is shown', () => {
  const urls = {
    DATABASE_URL: 'mysql://redress:s3cret@db/redress',
    ADVERTISED_URL: 'http://redress:s3cret@host',
    PUBLIC_URL: 'http://redress:s3cret@host',
    TEMPORAL_UI_URL: 'http://redress:s3cret@host',
  };
  const problems = problemsOf(urls);
  expect(Object.keys(problems).sort()).toEqual(Object.keys(urls).sort());
  expect(JSON.stringify(problems)).not.toContain('s3cret');
  expect(JSON.stringify(problemsOf({ DATABASE_URL: 'postgres://redress:s3#cret@db/redress' }))).not.toContain('s3');
});
