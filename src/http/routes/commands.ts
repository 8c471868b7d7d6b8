import type { CommandName } from '../../domain/index.ts';
import { commandAnswer } from '../command-answer.ts';
import { readCommandCall } from '../command-request.ts';
import type { HttpDeps } from '../deps.ts';
import { failureOf } from '../failure.ts';
import type { Frame } from '../frame.ts';
import type { Exchange, Route } from '../route.ts';

const TAG = 'compensation.execution_failed';

/** The command endpoints (contract section 6). */
export const COMMAND_ROUTES: readonly Route[] = [
  command('post', '/create_execution_failed', 'create_execution_failed', 'CreateExecutionFailed'),
  command('put', '/{id}/prepare_compensation', 'prepare_compensation', 'PrepareCompensation'),
  command('put', '/{id}/force_prepare_compensation', 'force_prepare_compensation', 'ForcePrepareCompensation'),
  command('put', '/{id}/apply_execution_success', 'apply_execution_success', 'ApplyExecutionSuccess'),
  command('put', '/{id}/apply_execution_failed', 'apply_execution_failed', 'ApplyExecutionFailed'),
  command('put', '/{id}/apply_retry_spec', 'apply_retry_spec', 'ApplyRetrySpec'),
  command('put', '/{id}/change_function', 'change_function', 'ChangeFunction'),
  command('put', '/{id}/mark_recoverable', 'mark_recoverable', 'MarkRecoverable'),
  {
    ...command('delete', '/{id}', 'default_delete_aggregate', 'DefaultDeleteAggregate'),
    summary: 'Delete aggregate',
    body: 'wow.api.command.DefaultDeleteAggregate',
  },
  {
    ...command('put', '/{id}/recover', 'default_recover_aggregate', 'DefaultRecoverAggregate'),
    summary: 'Recover deleted aggregate',
    body: 'wow.api.command.DefaultRecoverAggregate',
  },
  {
    ...command('put', '/{id}/tags', 'default_apply_resource_tags', 'DefaultApplyResourceTags'),
    summary: 'Apply ABAC Resource Tags',
    body: 'wow.api.abac.DefaultApplyResourceTags',
  },
];

function command(method: Route['method'], path: string, name: CommandName, body: string): Route {
  return {
    method,
    path: `/execution_failed${path}`,
    operationId: `${TAG}.${name}`,
    summary: name,
    tag: TAG,
    produces: ['application/json', 'text/event-stream'],
    mismatch: 'unknown',
    body: `${TAG}.${body}`,
    answer: 'wow.command.CommandResult',
    handle: (exchange, deps) =>
      exchange.produced === 'text/event-stream'
        ? { kind: 'frames', frames: commandFrames(name, exchange, deps) }
        : readCommandCall(name, exchange, deps.retryDefaults).then((call) => commandAnswer(call, exchange, deps)),
  };
}

/** A frame for every result as it arrives; whatever goes wrong is the last frame (contract 2.5). */
async function* commandFrames(name: CommandName, exchange: Exchange, deps: HttpDeps): AsyncGenerator<Frame> {
  try {
    const { command, wait } = await readCommandCall(name, exchange, deps.retryDefaults);
    for await (const result of deps.gateway.send(command, wait, exchange.cancelled)) {
      const refusedBeforeSending = !result.succeeded && result.stage === 'SENT';
      yield refusedBeforeSending
        ? { id: deps.gateway.nextId(), event: result.errorCode, data: result }
        : { id: result.id, event: result.stage, data: result };
    }
  } catch (error) {
    if (exchange.cancelled.aborted) return;
    const { info } = failureOf(error, deps.log);
    yield { id: deps.gateway.nextId(), event: info.errorCode, data: info };
  }
}
