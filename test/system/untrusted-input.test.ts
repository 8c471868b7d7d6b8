import { randomBytes } from 'node:crypto';
import type { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowId } from '../../src/temporal/names.ts';
import { type Answer, CREATE_PATH, FAILED_EXECUTION } from '../support/api.ts';
import { createRecord, refusalsOf } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { workflowOf } from '../support/workflows.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
});
afterAll(async () => {
  const log = system.redress.log();
  await system.close();
  expect(log).not.toContain('Failing workflow task');
});

const record = (id: string, headers = {}): Promise<string> => createRecord(system, id, {}, headers);

/** A record that was sent something strange still takes commands. */
async function expectUsable(id: string): Promise<Answer> {
  const answer = await system.api.command(id, 'default_apply_resource_tags', { tags: { usable: ['yes'] } });
  expect(answer).toMatchObject({ status: 200, body: { aggregateId: id } });
  return answer;
}

describe.concurrent('text that can hardly be stored', () => {
  it('is stored with replacement characters instead of NUL and halves of surrogate pairs', async () => {
    const poison = 'a\0b\ud800c\udc00d';
    const stored = 'a\ufffdb\ufffdc\ufffdd';
    const answer = await system.api.create({
      eventId: {
        id: poison,
        aggregateId: { ...FAILED_EXECUTION.eventId.aggregateId, aggregateName: poison },
        version: 1,
      },
      function: { functionKind: 'EVENT', contextName: poison, processorName: poison, name: poison },
      error: {
        errorCode: poison,
        errorMsg: poison,
        stackTrace: poison,
        bindingErrors: [{ name: poison, msg: poison }],
        succeeded: false,
      },
    });
    expect(answer).toMatchObject({ status: 200 });
    const { aggregateId } = answer.body;
    expect(await system.api.snapshot(aggregateId)).toMatchObject({
      state: {
        eventId: { id: stored, aggregateId: { aggregateName: stored } },
        function: { contextName: stored, processorName: stored, name: stored },
        error: {
          errorCode: stored,
          errorMsg: stored,
          stackTrace: stored,
          bindingErrors: [{ name: stored, msg: stored }],
        },
      },
    });
    await expectUsable(aggregateId);
  });

  it('is cut in its middle where it is a stack trace of a megabyte', async () => {
    const stackTrace = `begin ${'☂'.repeat(340_000)} end`;
    const answer = await system.api.create({ error: { ...FAILED_EXECUTION.error, stackTrace } });
    expect(answer).toMatchObject({ status: 200 });
    const { state } = await system.api.snapshot(answer.body.aggregateId);
    expect(Buffer.byteLength(state.error.stackTrace)).toBeLessThanOrEqual(64 * 1024);
    expect(state.error.stackTrace).toMatch(/^begin ☂+\n… \d+ bytes are left out here …\n☂+ end$/);
    await expectUsable(answer.body.aggregateId);
  });

  it('is refused where it is an id that no index can hold', async () => {
    const id = await record('long-request-id', { 'Command-Request-Id': 'r'.repeat(1_024) });
    const headers = { 'Command-Request-Id': randomBytes(2_250).toString('base64url') };
    expect(await system.api.command(id, 'prepare_compensation', {}, headers)).toMatchObject({ status: 400 });
    expect(await system.api.create({}, { 'Command-Aggregate-Id': 'i'.repeat(256) })).toMatchObject({ status: 400 });
    await expectUsable(id);
  });

  it.each(["O'Reilly & Söhne", 'a/b c%2F?#', '(0)', '%', 'execution_failed/(0)/x'])(
    'may be the id of a record: %s',
    async (id) => {
      // A header holds only Latin-1; the bytes of UTF-8 go through it and are taken as they are.
      const answer = await system.api.create({}, { 'Command-Aggregate-Id': Buffer.from(id).toString('latin1') });
      expect(answer).toMatchObject({ status: 200 });
      await expectUsable(answer.body.aggregateId);
    },
  );

  it('is refused where it is nested by the thousand', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const response = await fetch(system.api.url + CREATE_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"executeAt": ${deep}}`,
    });
    expect(response.status).toBe(400);
  });

  it('is refused where it would be larger than it was sent', async () => {
    const id = await record('not-utf-8');
    const name = Buffer.alloc(1_000_000, 0xff);
    const response = await fetch(`${system.api.url}/execution_failed/${id}/tags`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat([Buffer.from('{"tags":{"name":["'), name, Buffer.from('"]}}')]),
    });
    expect(response.status).toBe(413);
    await expectUsable(id);
  });

  it('is refused where its numbers become texts that are longer by far', async () => {
    const numbers = Array.from({ length: 200_000 }, () => '1e20').join();
    const id = await record('grown');
    const response = await fetch(`${system.api.url}/execution_failed/${id}/tags`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: `{"tags":{"a":[${numbers}]}}`,
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errorCode: 'PayloadTooLarge', succeeded: false });
    await expectUsable(id);
  });

  it('is not told again and again to the workflow where it names a function', async () => {
    const id = await record('long-function');
    const change = { ...FAILED_EXECUTION.function, processorName: 'p'.repeat(300_000) };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => system.api.command(id, 'change_function', change)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    await expectUsable(id);
    const history = await workflowOf(system, id).fetchHistory();
    const markers = history.events?.filter(({ markerRecordedEventAttributes }) => markerRecordedEventAttributes);
    expect(JSON.stringify(markers).length).toBeLessThan(100_000);
  });
});

describe.concurrent('a time that no calendar knows', () => {
  it.each([9_007_199_254_740_000, -9_007_199_254_740_000, 8_640_000_000_000_001])(
    'is a time to wait for like any other: %d',
    async (executeAt) => {
      const retrySpec = { maxRetries: executeAt > 0 ? 3 : 0, minBackoff: 0, executionTimeout: 0 };
      const answer = await system.api.create({ executeAt, retrySpec });
      expect(answer).toMatchObject({ status: 200 });
      expect(await expectUsable(answer.body.aggregateId)).toMatchObject({ body: { aggregateVersion: 2 } });
    },
  );
});

describe.concurrent('a signal sent by hand', () => {
  it.each([
    ['without any input', []],
    ['with an empty object', [{}]],
  ])('prepares a retry %s', async (name, args) => {
    const id = await record(`by-hand ${name}`);
    await workflowOf(system, id).signal('prepare_compensation', ...args);
    expect(await expectUsable(id)).toMatchObject({ body: { aggregateVersion: 3 } });
    const [, prepared] = await system.api.events(id);
    expect(prepared).toMatchObject({
      body: [{ name: 'compensation_prepared' }],
      header: { user_agent: 'Temporal', upstream_name: 'prepare_compensation' },
    });
    expect(prepared?.requestId).toBe(prepared?.commandId);
  });

  it('carries the plain body of its command', async () => {
    const id = await record('plain-body');
    await workflowOf(system, id).signal('mark_recoverable', { recoverable: 'UNRECOVERABLE' });
    await expectUsable(id);
    expect(await system.api.snapshot(id)).toMatchObject({ version: 3, state: { recoverable: 'UNRECOVERABLE' } });
  });

  it('creates the record anew if it is a create, which is refused', async () => {
    const id = await record('create-by-hand');
    await workflowOf(system, id).signal('create_execution_failed', { ...FAILED_EXECUTION, executeAt: 1 });
    expect(await expectUsable(id)).toMatchObject({ body: { aggregateVersion: 2 } });
    expect(await refusalsOf(system, id)).toEqual(['DuplicateAggregateId']);
  });

  const envelope = (but: Record<string, unknown>) => ({ commandId: `by-hand-${Math.random()}`, ...but });
  const nested = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const rubbish: Readonly<Record<string, readonly [string, readonly unknown[]]>> = {
    'a text': ['mark_recoverable', ['rubbish']],
    'a number': ['apply_retry_spec', [42]],
    nothing: ['mark_recoverable', []],
    null: ['change_function', [null]],
    'a list': ['apply_execution_failed', [[1, 2]]],
    'the wrong fields': ['mark_recoverable', [{ recoverable: 'PERHAPS' }]],
    'two inputs': ['mark_recoverable', [{}, { recoverable: 'UNKNOWN' }]],
    'bytes that are no JSON': ['mark_recoverable', [payload('json/plain', '{rubbish')]],
    'an encoding that nobody knows': ['mark_recoverable', [payload('binary/strange', 'rubbish')]],
    'no encoding': ['prepare_compensation', [payload('', 'rubbish')]],
    'lists in lists in lists': ['mark_recoverable', [payload('json/plain', nested)]],
    'an unknown name': ['do_something', [{}]],
    'a name of the SDK itself': ['__temporal_signal', [{}]],
    'ids of the engine': ['prepare_compensation', [envelope({ commandId: 'redress:retry:x:1' })]],
    'a request id of the engine': ['prepare_compensation', [envelope({ requestId: 'redress:outcome:x:1' })]],
    'a command id that no index can hold': [
      'prepare_compensation',
      [envelope({ commandId: randomBytes(6_000).toString('base64') })],
    ],
    'a request id that no index can hold': [
      'prepare_compensation',
      [envelope({ requestId: randomBytes(6_000).toString('base64') })],
    ],
    'a create with an id that no index can hold': [
      'create_execution_failed',
      [envelope({ commandId: randomBytes(6_000).toString('base64') })],
    ],
    'a version that is not there': ['prepare_compensation', [envelope({ expectedVersion: 7 })]],
    'an owner that is not its own': ['prepare_compensation', [envelope({ ownerId: 'somebody' })]],
  };
  it.each(Object.entries(rubbish))('is refused with %s and stops nothing', async (name, [signal, args]) => {
    const id = await record(`rubbish ${name}`);
    await system.temporal.workflowService.signalWorkflowExecution({
      namespace: system.namespace,
      workflowExecution: { workflowId: workflowId(id) },
      signalName: signal,
      input: { payloads: args.map((arg) => (isPayload(arg) ? arg : payload('json/plain', JSON.stringify(arg)))) },
    });
    expect(await expectUsable(id)).toMatchObject({ body: { aggregateVersion: 2 } });
  });

  it('may have an envelope whose parts are of any type', async () => {
    const id = await record('odd-envelope');
    await workflowOf(system, id).signal(
      'prepare_compensation',
      envelope({ requestId: 5, ownerId: {}, header: 'x', expectedVersion: 'x', attempt: [], body: null }),
    );
    expect(await expectUsable(id)).toMatchObject({ body: { aggregateVersion: 3 } });
  });

  it('asks for nothing but a look at the record where it is the nudge of the engine', async () => {
    const id = await record('nudged');
    await workflowOf(system, id).signal('redress_sync', { commandId: 'ignored' });
    expect(await expectUsable(id)).toMatchObject({ body: { aggregateVersion: 2 } });
    expect(await refusalsOf(system, id)).toEqual([]);
  });
});

type Payload = temporal.api.common.v1.IPayload;

function payload(encoding: string, data: string): Payload {
  const metadata = encoding === '' ? {} : { encoding: Buffer.from(encoding) };
  return { metadata, data: Buffer.from(data) };
}

const isPayload = (arg: unknown): arg is Payload => typeof arg === 'object' && arg !== null && 'metadata' in arg;
