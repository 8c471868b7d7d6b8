import { readWaitSignal } from '../../gateway/index.ts';
import { commandAnswer } from '../command-answer.ts';
import { readFacadeCall } from '../command-facade.ts';
import { decodeJson, undecodable } from '../json-body.ts';
import { METADATA } from '../metadata.ts';
import { COMMAND_ERRORS, FACADE_PARAMETERS } from '../openapi/conventions.ts';
import type { Route } from '../route.ts';

/** The endpoints between instances and around commands (contract section 5). */
export const WOW_ROUTES: readonly Route[] = [
  {
    method: 'post',
    path: '/wow/command/wait',
    operationId: 'wow.command.wait',
    summary: 'The receiving endpoint of the wait signal',
    tag: 'wow',
    produces: ['application/json'],
    mismatch: 'unknown',
    body: 'wow.command.SimpleWaitSignal',
    answer: null,
    responses: { 400: 'wow.BadRequest' },
    handle: async ({ request, text }, { gateway }) => {
      const json = decodeJson(await text(), request.get('Content-Type'));
      // The original takes no body for no signal (contract 5.1).
      if (json !== undefined && json !== null) {
        const signal = readWaitSignal(json, Date.now());
        if (!signal.ok) throw undecodable(signal.message);
        gateway.receive(signal.body);
      }
      return { kind: 'empty', status: 200, contentType: 'application/json' };
    },
  },
  {
    method: 'post',
    path: '/wow/command/send',
    operationId: 'wow.command.send',
    summary: 'Unified Sending Endpoint For Command Messages',
    tag: 'wow',
    produces: ['application/json'],
    mismatch: 'unknown',
    parameters: FACADE_PARAMETERS,
    body: { description: 'Command Message Body', content: { 'application/json': { schema: { type: 'object' } } } },
    answer: 'wow.CommandOk',
    responses: COMMAND_ERRORS,
    handle: async (exchange, deps) => commandAnswer(await readFacadeCall(exchange, deps.retryDefaults), exchange, deps),
  },
  {
    method: 'get',
    path: '/wow/metadata',
    operationId: 'wow.metadata.get',
    summary: 'Get Wow Metadata',
    tag: 'wow',
    produces: ['application/json'],
    mismatch: 'unknown',
    body: null,
    answer: 'wow.configuration.WowMetadata',
    handle: () => ({ kind: 'json', status: 200, body: METADATA, errorCode: null }),
  },
  {
    method: 'get',
    path: '/wow/id/global',
    operationId: 'wow.global_id.generate',
    summary: 'Generate Global ID',
    tag: 'wow',
    produces: ['text/plain'],
    mismatch: 'unknown',
    body: null,
    answer: { type: 'string' },
    responses: { 503: 'wow.ServiceUnavailable' },
    handle: (_exchange, { gateway }) => ({ kind: 'text', contentType: 'text/plain', text: gateway.nextId() }),
  },
];
