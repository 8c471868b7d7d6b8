import type { FunctionInfo } from '../../domain/index.ts';
import { type RedeliveryTarget, redeliverVersion, resendStateEvents } from '../../feed/index.ts';
import { readCompensationTarget } from '../../gateway/index.ts';
import { runBatch } from '../../history/index.ts';
import { ok } from '../answer.ts';
import { batchRange, pathId, pathInt } from '../ids.ts';
import { decodeJson, undecodable } from '../json-body.ts';
import { BATCH_ERRORS } from '../openapi/conventions.ts';
import { illegalArgument } from '../request-error.ts';
import type { Exchange, Route } from '../route.ts';
import { batchAnswer } from './snapshots.ts';

const REDELIVERY = {
  tag: 'compensation.execution_failed',
  produces: ['application/json'],
  mismatch: 'unknown',
} as const;

/** What is sent again on request: into the feed, and into nothing else (contract 9.5 and 9.6). */
export const REDELIVERY_ROUTES: readonly Route[] = [
  {
    ...REDELIVERY,
    method: 'put',
    path: '/execution_failed/{id}/{version}/compensate',
    operationId: 'compensation.execution_failed.compensate',
    summary: 'Event Compensate',
    body: 'wow.CompensationTarget',
    answer: 'wow.CompensationTarget',
    responses: { ...BATCH_ERRORS, 409: 'wow.SourcingVersionConflict' },
    handle: async (exchange, { gateway, pools }) => {
      const [id, version] = [pathId(exchange.request), pathInt(exchange.request, 'version')];
      const target = await readTarget(exchange, () => gateway.nextId());
      return ok((await redeliverVersion(pools, id, version, target)) ? 1 : 0);
    },
  },
  {
    ...REDELIVERY,
    method: 'post',
    path: '/execution_failed/state/{afterId}/{limit}',
    operationId: 'compensation.execution_failed.state_event.resend',
    summary: 'Resend State Event',
    body: null,
    answer: 'wow.BatchResult',
    responses: BATCH_ERRORS,
    handle: async ({ request, cancelled }, { gateway, pools, log }) => {
      const range = { ...batchRange(request), cancelled };
      const wish = gateway.nextId();
      return batchAnswer(
        await runBatch({ pool: pools.queries, log }, range, (id) => resendStateEvents(pools, id, wish)),
      );
    },
  },
];

/** @throws RequestError */
async function readTarget({ request, text }: Exchange, nextId: () => string): Promise<RedeliveryTarget> {
  const json = decodeJson(await text(), request.get('Content-Type'));
  const target = readCompensationTarget(json);
  if (!target.ok) throw undecodable(target.message);
  const { id, function: wanted } = target.body;
  return { id: id ?? nextId(), function: { ...wanted, functionKind: messageKind(wanted) } };
}

function messageKind({ functionKind }: FunctionInfo): RedeliveryTarget['function']['functionKind'] {
  if (functionKind === 'EVENT' || functionKind === 'STATE_EVENT') return functionKind;
  throw illegalArgument(`Unsupported FunctionKind:${functionKind}`);
}
