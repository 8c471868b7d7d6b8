import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WaitSignal } from '../../src/gateway/index.ts';
import { type Api, connectApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { type Redress, freePort } from '../support/redress.ts';
import { createRecord, refusalsOf } from '../support/records.ts';
import { type System, openSystem } from '../support/system.ts';
import { workflowOf } from '../support/workflows.ts';

/** What stands between the worker and the process that answers callers: it hands on the signals that `passes`. */
interface Post {
  readonly url: string;
  readonly received: readonly WaitSignal[];
  close(): void;
}

let system: System;
let post: Post;
let door: Redress;
let api: Api;

beforeAll(async () => {
  const port = await freePort();
  post = await startPost(`http://127.0.0.1:${port}`);
  system = await openSystem({ ROLES: 'worker', ADVERTISED_URL: 'http://127.0.0.1:1' });
  door = await system.start({ ROLES: 'api', ADVERTISED_URL: post.url, PORT: String(port) });
  api = connectApi(door.url);
});
afterAll(async () => {
  await system.close();
  post.close();
});

/** Signals for records whose name begins so are lost: all of them, or those of SNAPSHOT. */
const passes = ({ aggregateId: { aggregateId }, stage }: WaitSignal): boolean =>
  !aggregateId.startsWith('lost') && !(aggregateId.startsWith('half-lost') && stage === 'SNAPSHOT');

async function startPost(to: string): Promise<Post> {
  const received: WaitSignal[] = [];
  const handOn = async (request: IncomingMessage): Promise<void> => {
    const signal = (await json(request)) as WaitSignal;
    received.push(signal);
    if (!passes(signal)) return;
    const headers = { 'content-type': 'application/json' };
    await fetch(`${to}${request.url ?? ''}`, { method: 'POST', headers, body: JSON.stringify(signal) });
  };
  const server = createServer((request, response) => {
    void handOn(request).finally(() => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, received, close: () => server.close() };
}

const prepare = (id: string, stage: string) =>
  api.command(id, 'prepare_compensation', {}, { 'Command-Wait-Stage': stage, 'Command-Wait-Timeout': '15000' });

describe.concurrent('a caller of one process whose command is carried out by another', () => {
  it.each(['PROCESSED', 'SNAPSHOT'])('is told of %s by that process', async (stage) => {
    const id = await createRecord({ api }, `told-${stage}`);
    const answer = await prepare(id, stage);
    expect(answer).toMatchObject({ status: 200, body: { stage, aggregateVersion: 2 } });
    const told = () => post.received.filter(({ waitCommandId }) => waitCommandId === answer.body.commandId);
    await eventually(() => {
      expect(told().map((signal) => signal.stage)).toEqual(['PROCESSED', 'SNAPSHOT']);
    });
  });

  it('is told of a refusal', async () => {
    const id = await createRecord({ api }, 'refused');
    const answer = await api.command(id, 'apply_execution_success', { executeAt: 1 });
    expect(answer).toMatchObject({ status: 400, body: { errorCode: 'IllegalState', aggregateVersion: 1 } });
  });

  it.each([
    ['PROCESSED', 'lost-1'],
    ['SNAPSHOT', 'lost-2'],
    ['SNAPSHOT', 'half-lost'],
  ])('finds out about %s by itself where the message is lost (%s)', async (stage, name) => {
    const id = await createRecord({ api }, name);
    expect(await prepare(id, stage)).toMatchObject({ status: 200, body: { stage, aggregateVersion: 2 } });
  });

  it('finds a refusal by itself where the message is lost', async () => {
    const id = await createRecord({ api }, 'lost-refusal');
    const answer = await api.command(id, 'apply_execution_success', { executeAt: 1 });
    expect(answer).toMatchObject({ status: 400, body: { errorCode: 'IllegalState', aggregateVersion: 1 } });
  });

  it('waits for other functions through its own process', async () => {
    const id = await createRecord({ api }, 'projected');
    const answer = prepare(id, 'PROJECTED');
    const processed = await eventually(() => {
      const found = post.received.find(isAbout(id, 2));
      if (found === undefined) throw new Error('nobody was told yet');
      return found;
    });
    const report = { ...processed, stage: 'PROJECTED', isLastProjection: true };
    expect((await api.send('POST', '/wow/command/wait', report)).status).toBe(200);
    expect(await answer).toMatchObject({ status: 200, body: { stage: 'PROJECTED' } });
  });
});

const isAbout =
  (id: string, version: number) =>
  ({ aggregateId, aggregateVersion }: WaitSignal): boolean =>
    aggregateId.aggregateId === id && aggregateVersion === version;

describe.concurrent('an address that a sender forges', () => {
  it('does not get into a command through the door', async () => {
    const forged = await startPost('http://127.0.0.1:1');
    const id = await createRecord({ api }, 'forged-header');
    const headers = { 'Command-Header-command_wait_endpoint': `${forged.url}/wow/command/wait` };
    expect(await api.command(id, 'prepare_compensation', {}, headers)).toMatchObject({ status: 200 });
    const [, prepared] = await api.events(id);
    expect(prepared?.header['command_wait_endpoint']).toBe(`${post.url}/wow/command/wait`);
    expect(forged.received).toEqual([]);
    forged.close();
  });

  it('is called only where a living process of ours has advertised it', async ({ expect }) => {
    const [forged, ours] = [await startPost('http://127.0.0.1:1'), await startPost('http://127.0.0.1:1')];
    await system.sql(
      `insert into redress.instance (machine_id, token, url, roles) values (524287, gen_random_uuid(), $1, 'api')`,
      [ours.url],
    );
    const id = await createRecord({ api }, 'lost-forged');
    for (const { url } of [forged, ours]) {
      await workflowOf(system, id).signal('apply_execution_success', {
        commandId: `by hand for ${url}`,
        requestId: `by hand for ${url}`,
        header: { command_wait_endpoint: `${url}/wow/command/wait` },
        body: { executeAt: 1 },
      });
    }
    await expect.poll(() => ours.received.length, { timeout: 10_000 }).toBe(1);
    expect(await refusalsOf(system, id)).toEqual(['IllegalState', 'IllegalState']);
    expect(forged.received).toEqual([]);
    forged.close();
    ours.close();
  });
});
