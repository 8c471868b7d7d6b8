import { inspect } from 'node:util';
import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Sends Temporal's own log to ours and leaves the signals of the process to us. Once per process, before any connection. */
export function installRuntime(log: Logger): void {
  const temporalLog = log.child({ room: 'temporal' });
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      temporalLog[LEVELS[level]](describe(meta), message);
    }),
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
  });
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const satisfies Record<
  LogLevel,
  string
>;

/** What the metadata of a log line may say: no payloads, and errors by their message. */
function describe(meta: Record<string | symbol, unknown> | undefined): Record<string, unknown> {
  if (meta === undefined) return {};
  const { error, workflowId, activityType, attempt } = meta;
  return {
    ...(typeof workflowId === 'string' ? { workflowId } : {}),
    ...(typeof activityType === 'string' ? { activityType } : {}),
    ...(typeof attempt === 'number' ? { attempt } : {}),
    ...(error === undefined ? {} : { reason: error instanceof Error ? error.message : inspect(error) }),
  };
}
