import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StateEvent, runBatch } from '../../src/history/index.ts';
import { type Feed, createFeed, resendStateEvents } from '../../src/feed/index.ts';
import { type Pool, pruneRedeliveries } from '../../src/store/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { type Doors, GLOBAL_ID, json, openDoors } from '../http/doors.ts';
import type { Received } from '../http/send.ts';
import { type FeedFrame, type FeedReader, readFeed } from '../support/feed-reader.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';

let store: TestStore;
let feed: Feed;
let doors: Doors;
beforeAll(async () => {
  store = await openStore();
  feed = createFeed({ pool: store.queries, log: SILENT });
  doors = await openDoors({ pools: store, feed });
  const handler = handlerOn(store);
  // In an order that is not that of the ids.
  for (const id of ['c', 'a', 'B']) await handler.handle(id, [create(), signal('prepare_compensation')], 1);
  await handler.handle(
    'a',
    [signal('mark_recoverable', { recoverable: 'UNKNOWN' }), signal('default_delete_aggregate')],
    1,
  );
});
afterAll(async () => {
  feed.stop();
  await doors.close();
  await store.close();
});

const SAMPLE = { contextName: 'compensation-service', processorName: 'SampleProcessor', name: 'onEvent' };

const compensate = (path: string, functionKind: string, but: object = {}): Promise<Received> =>
  doors.sendJson('PUT', `/execution_failed/${path}/compensate`, { function: { ...SAMPLE, functionKind }, ...but });

/** What a reader gets while `work` is done. */
async function during(count: number, work: () => Promise<unknown>): Promise<readonly FeedFrame[]> {
  const reader: FeedReader = await readFeed(doors.url);
  await work();
  await reader.until(count);
  await reader.leave();
  return reader.events.slice(-count);
}

const header = (id: string) => ({
  'compensate.id': id,
  'compensate.context': 'compensation-service',
  'compensate.processor': 'SampleProcessor',
  'compensate.function': 'onEvent',
});

it('sends the event stream of a version again, for one function', async () => {
  let received: Received | undefined;
  const [frame] = await during(1, async () => {
    received = await compensate('c/1', 'EVENT');
  });
  expect(received).toMatchObject({ status: 200, body: '1', headers: { 'wow-error-code': 'Ok' } });
  const [stored] = await store.events('c');
  expect(frame).toMatchObject({ event: 'execution_failed_created' });
  expect(frame?.data).toEqual({ ...stored, header: { ...stored?.header, ...header(GLOBAL_ID) } });
  expect(await store.events('c')).toHaveLength(2);
});

it('takes the kind of function in any letter case or as its ordinal, and the id of the wish', async () => {
  const frames = await during(2, async () => {
    expect((await compensate('a/3', 'event', { id: 'comp-1' })).body).toBe('1');
    const ordinal = { function: { ...SAMPLE, functionKind: 2 } };
    expect((await doors.sendJson('PUT', '/execution_failed/a/3/compensate', ordinal)).body).toBe('1');
  });
  expect(frames.map(({ data }) => [data.version, data.header['compensate.id']])).toEqual([
    [3, 'comp-1'],
    [3, GLOBAL_ID],
  ]);
});

it('sends the state after a version again where the function handles states, as no event that has just happened', async () => {
  const [frame] = await during(1, async () => {
    expect((await compensate('a/1', 'STATE_EVENT')).body).toBe('1');
  });
  const [stored] = await store.events('a');
  const { size: _, ...stream } = stored ?? { size: 1 };
  expect(frame?.event).toBe('state_event');
  expect(frame?.data).toMatchObject({
    ...stream,
    header: { ...stored?.header, ...header(GLOBAL_ID) },
    state: { id: 'a', status: 'FAILED', retryState: { retries: 0 } },
    deleted: false,
    tags: {},
    firstOperator: '',
    firstEventTime: stored?.createTime,
  });
  expect(frame?.data).not.toHaveProperty('size');
});

it.each(['missing/1', 'c/99', 'c/0', 'c/-1'])('answers 0 where there is nothing to send: %s', async (path) => {
  for (const kind of ['EVENT', 'STATE_EVENT']) {
    expect(await compensate(path, kind)).toMatchObject({ status: 200, body: '0' });
  }
});

it.each(['COMMAND', 'SOURCING', 'ERROR'])('refuses a function of kind %s, as 8.10.10 does', async (kind) => {
  const received = await compensate('c/1', kind);
  expect(received.status).toBe(400);
  expect(json(received)).toEqual({
    errorCode: 'IllegalArgument',
    errorMsg: `Unsupported FunctionKind:${kind}`,
    succeeded: false,
  });
});

it.each([
  ['/execution_failed/c/x/compensate', '{}', 'For input string: "x"'],
  ['/execution_failed/c/1/compensate', '{', '400 BAD_REQUEST "Failed to read HTTP message"'],
  ['/execution_failed/c/1/compensate', '{}', '400 BAD_REQUEST "Failed to read HTTP message"'],
  ['/execution_failed/c/1/compensate', '', '400 BAD_REQUEST "Failed to read HTTP message"'],
  [
    '/execution_failed/c/1/compensate',
    '{"function":{"functionKind":"X","contextName":"c","processorName":"p","name":"n"}}',
    '400 BAD_REQUEST "Failed to read HTTP message"',
  ],
])('refuses PUT %s with %j', async (path, body, errorMsg) => {
  const received = await doors.send({ method: 'PUT', path, body, headers: { 'Content-Type': 'application/json' } });
  expect(received.status).toBe(400);
  expect(json(received)).toMatchObject({ errorCode: 'IllegalArgument', errorMsg });
});

it.each(['id', 'contextName', 'processorName', 'name'])('refuses a target whose %s is too long', async (field) => {
  const text = 'ä'.repeat(513);
  const target = field === 'id' ? { id: text } : { function: { ...SAMPLE, functionKind: 'EVENT', [field]: text } };
  const received = await compensate('c/1', 'EVENT', target);
  expect(received.status).toBe(400);
  expect(json(received)).toMatchObject({
    errorCode: 'IllegalArgument',
    errorMsg: `The ${field} is 1026 bytes long: at most 1024 are possible.`,
  });
});

const resend = (path: string) => doors.send({ method: 'POST', path: `/execution_failed/state/${path}` });

it('sends the states after all versions again, record by record in the order of the bytes of their ids', async () => {
  const answers: unknown[] = [];
  const frames = await during(10, async () => {
    for (const path of ['(0)/2', 'a/10', '%280%29/1']) answers.push(json(await resend(path)));
  });
  const result = { errorCode: 'Ok', errorMsg: '', succeeded: true };
  expect(answers).toEqual([
    { afterId: 'a', size: 2, ...result },
    { afterId: 'c', size: 1, ...result },
    { afterId: 'B', size: 1, ...result },
  ]);
  expect(frames.map(({ event, data }) => `${data.aggregateId}/${data.version} ${event}`)).toEqual([
    ...['B/1', 'B/2', 'a/1', 'a/2', 'a/3', 'a/4'].map((version) => `${version} state_event`),
    ...['c/1', 'c/2', 'B/1', 'B/2'].map((version) => `${version} state_event`),
  ]);
  const last = frames.find(({ data }) => data.aggregateId === 'a' && data.version === 4)?.data as
    StateEvent | undefined;
  expect(last).toMatchObject({
    deleted: true,
    header: {
      'compensate.context': 'wow',
      'compensate.processor': 'ResendStateEventHandler',
      'compensate.function': 'Resend',
    },
  });
});

it('stops amid the versions of a record when the caller is gone', async () => {
  const error = { errorCode: 'E', errorMsg: '', stackTrace: 'x'.repeat(60_000), succeeded: false };
  const spec = { maxRetries: 3, minBackoff: 600, executionTimeout: 60 };
  const changes = Array.from({ length: 19 }, () => signal('apply_retry_spec', spec));
  await handlerOn(store).handle('~many', [create(Date.now(), { error }), ...changes], 1);
  const leaving = new AbortController();
  const commands: Pool = {
    ...store.commands,
    query(statement, values) {
      leaving.abort();
      return store.commands.query(statement, values);
    },
  };
  const range = { afterId: 'c', limit: 5, cancelled: leaving.signal };
  const result = await runBatch({ pool: store.queries, log: SILENT }, range, (id) =>
    resendStateEvents({ commands, queries: store.queries }, id, 'gone', leaving.signal),
  );
  expect(result).toMatchObject({ afterId: 'c', size: 0, errorCode: 'Ok' });
  const sent = await store.sql(`select from redress.redelivery where message #>> '{header,compensate.id}' = 'gone'`);
  expect(sent.length).toBeLessThan(10);
});

it.each([
  ['(0)/x', 'For input string: "x"'],
  ['(0)/0', 'The limit [0] must be greater than or equal to 1.'],
  ['(0)/-5', 'The limit [-5] must be greater than or equal to 1.'],
])('refuses a batch %s', async (path, errorMsg) => {
  const received = await resend(path);
  expect([received.status, json(received)['errorMsg']]).toEqual([400, errorMsg]);
});

it('stops a batch at the record whose events are broken, and says how far it came', async () => {
  await store.sql(`update redress.event_stream set document = jsonb_set(document, '{version}', '7')
    where aggregate_id = 'a' and version = 3`);
  const received = await resend('B/5');
  expect([received.status, received.headers['wow-error-code']]).toEqual([400, 'BatchTaskError']);
  expect(json(received)).toMatchObject({ afterId: 'B', size: 0, errorCode: 'BatchTaskError', succeeded: false });
});

it('is seen by a reader that was away meanwhile', async () => {
  const before = await readFeed(doors.url);
  await before.leave();
  await compensate('c/1', 'EVENT', { id: 'while away' });
  const after = await readFeed(doors.url, '', before.lastId());
  await after.until(1);
  expect(after.events.map(({ data }) => data.header['compensate.id'])).toContain('while away');
  await after.leave();
});

it('is forgotten after a day', async () => {
  const count = async () => (await store.sql('select from redress.redelivery')).length;
  const all = await count();
  await store.sql(`update redress.redelivery set recorded_at = recorded_at - interval '25 hours'
    where position in (select position from redress.redelivery order by position limit 3)`);
  expect(await pruneRedeliveries(store.commands, 2)).toBe(2);
  expect(await pruneRedeliveries(store.commands, 2)).toBe(1);
  expect(await count()).toBe(all - 3);
});
