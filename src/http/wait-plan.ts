import type { Request } from 'express';
import { CONTEXT_NAME } from '../domain/index.ts';
import { WAIT_STAGES, type WaitFunction, type WaitPlan, type WaitStage } from '../gateway/index.ts';
import { illegalArgument } from './request-error.ts';
import { headerText } from './request-header.ts';

const DEFAULT_TIMEOUT = 30_000;
/** The longest that a timer of Node can run, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;
const INTEGER = /^[+-]?\d+$/;

/** What a caller wants to wait for, from the headers of contract 1.3. @throws RequestError */
export function readWaitPlan(request: Request): WaitPlan {
  const stage = readStage(request, 'Command-Wait-Stage') ?? 'PROCESSED';
  const tail = stage === 'SAGA_HANDLED' ? readStage(request, 'Command-Wait-Tail-Stage') : null;
  return {
    stage,
    function: readFunction(request, 'Command-Wait'),
    tail: tail === null ? null : { stage: tail, function: readFunction(request, 'Command-Wait-Tail') },
    timeout: readTimeout(request),
  };
}

/** Null where the header is missing or blank. */
function readStage(request: Request, header: string): WaitStage | null {
  const text = headerText(request, header).toUpperCase();
  if (text === '') return null;
  const stage = WAIT_STAGES.find((name) => name === text);
  if (stage !== undefined) return stage;
  throw illegalArgument(`No enum constant me.ahoo.wow.command.wait.CommandStage.${text}`);
}

function readFunction(request: Request, prefix: string): WaitFunction {
  const contextName = headerText(request, `${prefix}-Context`);
  return {
    contextName: contextName === '' ? CONTEXT_NAME : contextName,
    processorName: headerText(request, `${prefix}-Processor`),
    name: headerText(request, `${prefix}-Function`),
  };
}

/** The correct spelling counts first; what is no number counts as missing. */
function readTimeout(request: Request): number {
  const text = [request.get('Command-Wait-Timeout'), request.get('Command-Wait-Timout')].find(
    (value) => value !== undefined && INTEGER.test(value),
  );
  if (text === undefined) return DEFAULT_TIMEOUT;
  if (Number(text) <= 0) throw illegalArgument('Wait timeout must be greater than zero.');
  return Math.min(Number(text), MAX_TIMEOUT);
}
