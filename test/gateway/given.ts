import type { WaitFunction, WaitPlan, WaitSignal, WaitStage } from '../../src/gateway/index.ts';

export const COMMAND = {
  commandId: 'command',
  requestId: 'request',
  aggregateId: 'record',
  name: 'prepare_compensation',
};

const ANY: WaitFunction = { contextName: '', processorName: '', name: '' };

/** A wait for `stage` of whatever function, for a minute. */
export const waitFor = (stage: WaitStage, but: Partial<WaitPlan> = {}): WaitPlan => ({
  stage,
  function: ANY,
  tail: null,
  timeout: 60_000,
  ...but,
});

/** A signal about {@link COMMAND}, by a projection of the service `mail` where it matters. */
export const signal = (stage: WaitStage, but: Partial<WaitSignal> = {}): WaitSignal => ({
  id: 'signal',
  waitCommandId: COMMAND.commandId,
  commandId: COMMAND.commandId,
  aggregateId: { contextName: 'c', aggregateName: 'a', aggregateId: 'record', tenantId: '(0)' },
  stage,
  function: { functionKind: 'STATE_EVENT', contextName: 'mail', processorName: 'Board', name: 'onEvent' },
  aggregateVersion: null,
  isLastProjection: false,
  errorCode: 'Ok',
  errorMsg: '',
  bindingErrors: [],
  result: {},
  commands: [],
  signalTime: 1,
  ...but,
});
