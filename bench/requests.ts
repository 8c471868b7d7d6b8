import { BACKOFF, FAILURE, RETRY_SPEC } from './failure.ts';
import type { Job } from './load-job.ts';

/** A command as a caller sends it. */
export interface Request {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly body: unknown;
}

/** The request of the command with this number. */
export function requestOf({ command }: Pick<Job, 'command'>, number: number): Request {
  if (command.name === 'signal') {
    const id = command.ids[number % command.ids.length] ?? '';
    return { method: 'PUT', path: `/execution_failed/${id}/apply_retry_spec`, body: RETRY_SPEC };
  }
  const executeAt = Math.round(command.due.first + number * command.due.interval) - BACKOFF * 1_000;
  const error = { ...FAILURE.error, stackTrace: command.stackTrace ?? FAILURE.error.stackTrace };
  return {
    method: 'POST',
    path: '/execution_failed/create_execution_failed',
    body: { ...FAILURE, error, executeAt },
  };
}
