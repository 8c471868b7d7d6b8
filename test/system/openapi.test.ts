import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAILED_ATTEMPT, FAILED_EXECUTION, type SentHeaders } from '../support/api.ts';
import { compareWithDocument } from '../support/openapi-answers.ts';
import { type System, openSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

const CREATE = { ...FAILED_EXECUTION, executeAt: Date.now() };
const HERE = { 'Command-Aggregate-Id': 'described' };
const STORED = { 'Command-Wait-Stage': 'SNAPSHOT' };
const STREAMED = { Accept: 'text/event-stream' };
const MARK = { 'Command-Type': 'me.ahoo.wow.compensation.api.MarkRecoverable' };
const MINE = { operator: 'AGGREGATE_ID', value: 'described' };
const NEVER = { 'Command-Wait-Stage': 'EVENT_HANDLED', 'Command-Wait-Timeout': '1' };

/** The life of one record, and questions about it: in this order. */
const EXCHANGES: readonly (readonly [status: number, request: string, body?: unknown, headers?: SentHeaders])[] = [
  [400, 'POST /execution_failed/create_execution_failed', { ...CREATE, error: 'none' }],
  [415, 'POST /execution_failed/create_execution_failed', CREATE, { 'content-type': 'text/plain' }],
  [200, 'POST /execution_failed/create_execution_failed', CREATE, HERE],
  [400, 'POST /execution_failed/create_execution_failed', CREATE, HERE],
  [409, 'PUT /execution_failed/described/prepare_compensation', {}, { 'Command-Aggregate-Version': '7' }],
  [403, 'PUT /execution_failed/described/prepare_compensation', {}, { 'Command-Owner-Id': 'somebody' }],
  [404, 'PUT /execution_failed/nobody/prepare_compensation', {}],
  [408, 'PUT /execution_failed/described/prepare_compensation', {}, NEVER],
  [200, 'PUT /execution_failed/described/apply_execution_failed', FAILED_ATTEMPT],
  [200, 'PUT /execution_failed/described/tags', { tags: { team: ['blue'] } }, STORED],
  [200, 'GET /execution_failed/described/state'],
  [200, 'GET /execution_failed/described/state/1'],
  [400, 'GET /execution_failed/described/state/one'],
  [404, 'GET /execution_failed/described/state/time/1'],
  [200, 'GET /execution_failed/described/state/tracing?limit=2'],
  [200, 'GET /execution_failed/described/snapshot'],
  [200, 'PUT /execution_failed/described/snapshot'],
  [200, 'PUT /execution_failed/snapshot/(0)/10'],
  [200, 'DELETE /execution_failed/described', {}],
  [410, 'PUT /execution_failed/described/prepare_compensation', {}],
  [404, 'GET /execution_failed/described/snapshot'],
  [200, 'PUT /execution_failed/described/recover', {}],
  [200, 'GET /execution_failed/described/event/1/1000'],
  [200, 'POST /execution_failed/snapshot/count', MINE],
  [200, 'POST /execution_failed/snapshot/list', { condition: MINE }],
  [200, 'POST /execution_failed/snapshot/list', { condition: MINE }, STREAMED],
  [200, 'POST /execution_failed/snapshot/list/state', { condition: MINE }],
  [200, 'POST /execution_failed/snapshot/paged', { condition: MINE }],
  [200, 'POST /execution_failed/snapshot/paged/state', { condition: MINE }],
  [200, 'POST /execution_failed/snapshot/single', { condition: MINE }],
  [404, 'POST /execution_failed/snapshot/single/state', { condition: { operator: 'ID', value: 'nobody' } }],
  [400, 'POST /execution_failed/snapshot/list', { condition: { operator: 'LIKE' } }],
  [200, 'POST /execution_failed/event/list', { condition: MINE }, STREAMED],
  [200, 'POST /execution_failed/event/paged', { condition: MINE }],
  [200, 'POST /execution_failed/event/count', MINE],
  [200, 'PUT /execution_failed/described/1/compensate', { function: FAILED_EXECUTION.function }],
  [400, 'PUT /execution_failed/described/1/compensate', {}],
  [200, 'POST /execution_failed/state/(0)/10'],
  [200, 'PUT /execution_failed/described/force_prepare_compensation', {}, STREAMED],
  [200, 'GET /wow/id/global'],
  [200, 'GET /wow/metadata'],
  [200, 'POST /wow/command/send', { id: 'described', recoverable: 'UNRECOVERABLE' }, MARK],
  [400, 'POST /wow/command/send', {}],
  [200, 'POST /wow/bi/script', {}],
  [200, 'POST /wow/bi/script', {}, { Accept: 'application/json' }],
  [406, 'POST /wow/bi/script', {}, { Accept: 'text/html' }],
  [200, 'GET /wow/bi/script'],
  [200, 'GET /actuator'],
  [200, 'GET /actuator/cosid/cosid'],
  [400, 'GET /actuator/cosid/nobody'],
  [200, 'GET /actuator/health'],
  [200, 'GET /actuator/health/liveness'],
  [404, 'GET /actuator/health/nothing'],
  [200, 'GET /metrics'],
];

test('every answer is as the OpenAPI document describes it', async () => {
  for (const [status, request, body, headers] of EXCHANGES) {
    const [method = '', path = ''] = request.split(' ');
    const answer = await system.api.send(method, path, body, headers);
    expect(answer.status, request).toBe(status);
    await compareWithDocument(method, path, answer);
  }
});
