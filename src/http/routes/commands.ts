import type { CommandName } from '../../domain/index.ts';
import { commandAnswer } from '../command-answer.ts';
import { readCommandCall } from '../command-request.ts';
import type { HttpDeps } from '../deps.ts';
import { errorFrame } from '../error-frame.ts';
import type { Frame } from '../frame.ts';
import type { SchemaName } from '../openapi/components.ts';
import { COMMAND_ERRORS, COMMAND_PARAMETERS, CREATE_ERRORS } from '../openapi/conventions.ts';
import type { Exchange, Route } from '../route.ts';

const TAG = 'compensation.execution_failed';

/** The schemas whose names begin with the tag, without it. */
type OwnSchema<Name = SchemaName> = Name extends `${typeof TAG}.${infer Own}` ? Own : never;

/** The command endpoints (contract section 6). */
export const COMMAND_ROUTES: readonly Route[] = [
  {
    ...command('post', '/create_execution_failed', 'create_execution_failed', `${TAG}.CreateExecutionFailed`),
    responses: CREATE_ERRORS,
  },
  own('prepare_compensation', 'PrepareCompensation'),
  own('force_prepare_compensation', 'ForcePrepareCompensation'),
  report('apply_execution_success', 'ApplyExecutionSuccess'),
  report('apply_execution_failed', 'ApplyExecutionFailed'),
  own('apply_retry_spec', 'ApplyRetrySpec'),
  own('change_function', 'ChangeFunction'),
  own('mark_recoverable', 'MarkRecoverable'),
  {
    ...command('delete', '/{id}', 'default_delete_aggregate', 'wow.api.command.DefaultDeleteAggregate'),
    summary: 'Delete aggregate',
  },
  {
    ...command('put', '/{id}/recover', 'default_recover_aggregate', 'wow.api.command.DefaultRecoverAggregate'),
    summary: 'Recover deleted aggregate',
  },
  {
    ...command('put', '/{id}/tags', 'default_apply_resource_tags', 'wow.api.abac.DefaultApplyResourceTags'),
    summary: 'Apply ABAC Resource Tags',
  },
];

/** A command of the contract's own, sent to the path that has its name. */
function own(name: CommandName, body: OwnSchema): Route {
  return command('put', `/{id}/${name}`, name, `${TAG}.${body}`);
}

/** A command that reports how an attempt ended. */
function report(name: CommandName, body: OwnSchema): Route {
  return { ...own(name, body), parameters: [...COMMAND_PARAMETERS, 'redress.Redress-Attempt'] };
}

function command(method: Route['method'], path: string, name: CommandName, body: SchemaName): Route {
  return {
    method,
    path: `/execution_failed${path}`,
    operationId: `${TAG}.${name}`,
    summary: name,
    tag: TAG,
    produces: ['application/json', 'text/event-stream'],
    mismatch: 'unknown',
    parameters: COMMAND_PARAMETERS,
    body,
    answer: 'wow.CommandOk',
    responses: COMMAND_ERRORS,
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
    yield errorFrame(error, deps);
  }
}
