import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WaitSignal } from '../../src/gateway/index.ts';
import { type UpdateName, commandRoute } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { framesOf, nextFrame } from '../support/frames.ts';
import { createRecord } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { lastSignalledCommand } from '../support/workflows.ts';

const EVENT_STREAM = { accept: 'text/event-stream' };
const PROJECTION = {
  functionKind: 'STATE_EVENT',
  contextName: 'mail',
  processorName: 'Board',
  name: 'onEvent',
} as const;
const FOR_PROJECTION = {
  'Command-Wait-Context': 'mail',
  'Command-Wait-Processor': 'Board',
  'Command-Wait-Function': 'onEvent',
};

let system: System;

beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system.close());

const record = (id: string): Promise<string> => createRecord(system, id);

/** Sends a command whose caller waits, and does not wait for the answer to be complete. */
function send(id: string, headers: Record<string, string>, name: UpdateName = 'prepare_compensation') {
  const { method, path } = commandRoute(id, name);
  return system.api.send(method, path, {}, headers);
}

/** Holds the row of a record as a stalled Postgres would, until it is let go. */
async function hold(id: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  await client.query('begin');
  await client.query('select from redress.snapshot where aggregate_id = $1 for update', [id]);
  return () => client.end();
}

/** Tells the service what some other process did about command `commandId`. */
async function signal(commandId: string, stage: WaitSignal['stage'], but: Partial<WaitSignal> = {}): Promise<void> {
  const { status } = await system.api.send('POST', '/wow/command/wait', {
    id: 'signal',
    waitCommandId: commandId,
    commandId,
    aggregateId: { contextName: 'c', aggregateName: 'a', aggregateId: 'i', tenantId: '(0)' },
    stage,
    function: PROJECTION,
    ...but,
  });
  expect(status).toBe(200);
}

/** The id of the command that made version 2 of a record, as soon as there is one. */
function secondCommandOf(id: string): Promise<string> {
  return eventually(async () => {
    const [, second] = await system.api.events(id);
    if (second === undefined) throw new Error('there is no second version yet');
    return second.commandId;
  });
}

describe.concurrent('the stage SENT', () => {
  it('is answered while nothing is processed yet', async () => {
    const id = await record('sent');
    const release = await hold(id);
    const answer = await system.api.command(id, 'prepare_compensation', {}, { 'Command-Wait-Stage': 'sent' });
    expect(answer).toMatchObject({
      status: 200,
      body: { stage: 'SENT', aggregateVersion: null, function: { processorName: 'CommandGateway', name: 'send' } },
    });
    expect(await system.api.events(id)).toHaveLength(1);
    await release();
    expect(await secondCommandOf(id)).toBe(answer.body.commandId);
  });

  it('is on the wire as a frame before there is anything to say about PROCESSED', async () => {
    const id = await record('sent-frame');
    const release = await hold(id);
    const frames = framesOf(await send(id, { ...EVENT_STREAM, 'Command-Aggregate-Version': '1' }));
    expect(await nextFrame(frames)).toMatchObject({ event: 'SENT', data: { stage: 'SENT', aggregateVersion: 1 } });
    expect(await system.api.events(id)).toHaveLength(1);
    await release();
    expect(await nextFrame(frames)).toMatchObject({ event: 'PROCESSED', data: { aggregateVersion: 2 } });
    expect(await frames.next()).toEqual({ done: true, value: undefined });
  });
});

describe.concurrent('the stages PROCESSED and SNAPSHOT', () => {
  it('come one after the other, each with the id of what it reports', async () => {
    const id = await record('snapshot');
    const frames = framesOf(await send(id, { ...EVENT_STREAM, 'Command-Wait-Stage': 'SNAPSHOT' }));
    const [sent, processed, snapshot] = [await nextFrame(frames), await nextFrame(frames), await nextFrame(frames)];
    const [, stream] = await system.api.events(id);
    expect([sent, processed, snapshot].map(({ event }) => event)).toEqual(['SENT', 'PROCESSED', 'SNAPSHOT']);
    expect(processed.data.id).toBe(sent.data.commandId);
    expect(snapshot.data).toMatchObject({
      id: stream?.id,
      aggregateVersion: 2,
      function: { processorName: 'SnapshotDispatcher', name: 'save' },
    });
  });

  it('end with the refusal where there is one, which is an ordinary frame', async () => {
    const id = await record('refused-frame');
    const response = await send(id, { ...EVENT_STREAM, 'Command-Wait-Stage': 'SNAPSHOT' }, 'default_recover_aggregate');
    expect(response.status).toBe(200);
    const frames = framesOf(response);
    await nextFrame(frames);
    expect(await nextFrame(frames)).toMatchObject({
      event: 'PROCESSED',
      data: { succeeded: false, errorCode: 'IllegalState', aggregateVersion: 1 },
    });
    expect(await frames.next()).toMatchObject({ done: true });
  });

  it('answer the newest snapshot of what was just written', async () => {
    const id = await record('read-your-write');
    const answer = await system.api.command(id, 'prepare_compensation', {}, { 'Command-Wait-Stage': 'SNAPSHOT' });
    expect(answer).toMatchObject({ status: 200, body: { stage: 'SNAPSHOT', aggregateVersion: 2 } });
    expect(await system.api.snapshot(id)).toMatchObject({ version: 2 });
  });
});

describe.concurrent('the stages of other processes', () => {
  it('complete by the last report of the projection that is waited for, and no other', async () => {
    const id = await record('projected');
    const answer = send(id, { 'Command-Wait-Stage': 'PROJECTED', ...FOR_PROJECTION });
    const commandId = await secondCommandOf(id);
    await signal(commandId, 'PROJECTED', { function: { ...PROJECTION, name: 'other' }, isLastProjection: true });
    await signal(commandId, 'PROJECTED', { result: { first: 1 } });
    await signal(commandId, 'PROJECTED', { result: { last: 2 }, isLastProjection: true });
    expect(await (await answer).json()).toMatchObject({
      stage: 'PROJECTED',
      commandId,
      function: PROJECTION,
      result: { first: 1, last: 2 },
      succeeded: true,
    });
  });

  it('show each report of the wanted function as a frame', async () => {
    const id = await record('projected-frames');
    const frames = framesOf(await send(id, { ...EVENT_STREAM, 'Command-Wait-Stage': 'PROJECTED', ...FOR_PROJECTION }));
    const { data } = await nextFrame(frames);
    expect(await nextFrame(frames)).toMatchObject({ event: 'PROCESSED' });
    await signal(data.commandId, 'PROJECTED', { function: { ...PROJECTION, processorName: 'other' } });
    await signal(data.commandId, 'PROJECTED', { result: { report: 1 } });
    await signal(data.commandId, 'PROJECTED', { result: { report: 2 }, isLastProjection: true });
    expect(await nextFrame(frames)).toMatchObject({ event: 'PROJECTED', data: { result: { report: 1 } } });
    expect(await nextFrame(frames)).toMatchObject({ event: 'PROJECTED', data: { result: { report: 2 } } });
    expect(await frames.next()).toMatchObject({ done: true });
  });

  it('may be reported before PROCESSED, and still need it', async () => {
    const id = await record('early-report');
    const release = await hold(id);
    const frames = framesOf(
      await send(id, { ...EVENT_STREAM, 'Command-Wait-Stage': 'EVENT_HANDLED', ...FOR_PROJECTION }),
    );
    const { data } = await nextFrame(frames);
    await signal(data.commandId, 'EVENT_HANDLED');
    expect(await nextFrame(frames)).toMatchObject({ event: 'EVENT_HANDLED' });
    const pending = frames.next();
    await release();
    expect(await pending).toMatchObject({ value: { event: 'PROCESSED' } });
    expect(await frames.next()).toMatchObject({ done: true });
  });

  it('are what JSON answers with, also where PROCESSED comes last', async () => {
    const id = await record('early-report-json');
    const release = await hold(id);
    const answer = send(id, { 'Command-Wait-Stage': 'EVENT_HANDLED', ...FOR_PROJECTION });
    await signal(await eventually(() => lastSignalledCommand(system, id)), 'EVENT_HANDLED');
    await release();
    expect(await (await answer).json()).toMatchObject({ stage: 'EVENT_HANDLED', succeeded: true });
  });

  it('end at once with the failure that a handler reports', async () => {
    const id = await record('failed-handler');
    const answer = send(id, { 'Command-Wait-Stage': 'EVENT_HANDLED', ...FOR_PROJECTION });
    await signal(await secondCommandOf(id), 'EVENT_HANDLED', { errorCode: 'IllegalState', errorMsg: 'no paper' });
    const { status, headers } = await answer;
    expect([status, headers.get('wow-error-code')]).toEqual([400, 'IllegalState']);
    expect(await (await answer).json()).toMatchObject({ stage: 'EVENT_HANDLED', errorMsg: 'no paper' });
  });

  it('follow the commands that a saga has sent to the stage of the tail', async () => {
    const id = await record('saga');
    const frames = framesOf(
      await send(id, {
        ...EVENT_STREAM,
        'Command-Wait-Stage': 'SAGA_HANDLED',
        ...FOR_PROJECTION,
        'Command-Wait-Tail-Stage': 'PROCESSED',
      }),
    );
    const { data } = await nextFrame(frames);
    const waitCommandId = data.commandId;
    expect(await nextFrame(frames)).toMatchObject({ event: 'PROCESSED' });
    await signal(waitCommandId, 'SAGA_HANDLED', { commands: ['first', 'second'] });
    expect(await nextFrame(frames)).toMatchObject({ event: 'SAGA_HANDLED' });
    await signal('second', 'PROCESSED', { waitCommandId });
    await signal('second', 'SNAPSHOT', { waitCommandId });
    await signal('first', 'PROCESSED', { waitCommandId });
    expect(await nextFrame(frames)).toMatchObject({ data: { commandId: 'second', waitCommandId, stage: 'PROCESSED' } });
    expect(await nextFrame(frames)).toMatchObject({ data: { commandId: 'first', waitCommandId } });
    expect(await frames.next()).toMatchObject({ done: true });
  });

  it.each(['PROJECTED', 'EVENT_HANDLED', 'SAGA_HANDLED'])(
    'answer 408 where nobody reports %s, while the command is carried out',
    async (stage) => {
      const id = await record(`unreported-${stage}`);
      const headers = { 'Command-Wait-Stage': stage, 'Command-Wait-Timeout': '300' };
      expect(await system.api.command(id, 'prepare_compensation', {}, headers)).toMatchObject({
        status: 408,
        body: { errorCode: 'RequestTimeout' },
      });
      await secondCommandOf(id);
    },
  );

  it('take a signal that nobody waits for', async () => {
    await signal('nobody', 'PROJECTED');
  });
});

describe.concurrent('a caller that leaves', () => {
  it('is not waited for any longer, and its command is carried out', async ({ expect }) => {
    const id = await record('gone');
    const waiting = async (): Promise<number> => {
      const metrics = await system.api.get('/metrics');
      return Number(/^redress_waiting_callers (\d+)$/m.exec(String(metrics.body))?.[1]);
    };
    const leaving = new AbortController();
    const { method, path } = commandRoute(id, 'prepare_compensation');
    const headers = { ...EVENT_STREAM, 'Command-Wait-Stage': 'PROJECTED', 'Command-Wait-Timeout': '600000' };
    const frames = framesOf(await system.api.send(method, path, {}, headers, leaving.signal));
    await nextFrame(frames);
    await nextFrame(frames);
    expect(await waiting()).toBeGreaterThan(0);
    leaving.abort();
    await expect.poll(waiting, { timeout: 10_000 }).toBe(0);
    expect(await system.api.events(id)).toHaveLength(2);
  });
});
