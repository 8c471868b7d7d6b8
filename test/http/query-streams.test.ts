import { once } from 'node:events';
import { type IncomingMessage, createServer, request } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Response } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createQueries } from '../../src/http/index.ts';
import { documentFrames } from '../../src/http/document-frames.ts';
import { writeFrames } from '../../src/http/frame.ts';
import { writeList } from '../../src/http/list.ts';
import { cutOffWhenStalled } from '../../src/http/stalled.ts';
import { writeText } from '../../src/http/write-text.ts';
import { eventually } from '../support/eventually.ts';
import { storeManyRecords } from '../support/many-records.ts';
import { monotonousTrace } from '../support/stack-trace.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { type Doors, GLOBAL_ID, json, openDoors } from './doors.ts';

/** So much that no connection takes it all before somebody reads. */
const RECORDS = 20_000;
const LIST = '/execution_failed/snapshot/list';
const ALL = { condition: { operator: 'ALL' }, limit: 0 };
const FORMATS = ['text/event-stream', 'application/json'] as const;

let store: TestStore;
let doors: Doors;
beforeAll(async () => {
  store = await openStore();
  await storeManyRecords(store, RECORDS, [monotonousTrace(1)]);
  doors = await openDoors({ queries: createQueries(store, { now: Date.now, zone: 'UTC', guard: false }) });
}, 120_000);
afterEach(nobodyReads);
afterAll(async () => {
  await doors.close();
  await store.close();
});

/** Sends the query for everything and gives the answer as soon as its headers are there. */
async function ask(url: string, accept: string): Promise<IncomingMessage> {
  const sent = request(url + LIST, {
    method: 'POST',
    agent: false,
    headers: { Accept: accept, 'Content-Type': 'application/json' },
  });
  sent.end(JSON.stringify(ALL));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

/** Sends the query for everything over a connection from which nothing is read. */
async function askAndNeverRead(url: string, accept: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify(ALL);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(
    `POST ${LIST} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

/** The cursors that are open right now, and since when each of them rests. */
const cursors = () =>
  store.sql<{ pid: number; resting: Date }>(
    `select pid, state_change as resting from pg_stat_activity
where datname = current_database() and application_name = 'redress streams' and state <> 'idle'`,
  );

async function nobodyReads(): Promise<void> {
  await eventually(async () => {
    if ((await cursors()).length > 0) throw new Error('a cursor is still open');
  });
}

/** The one cursor that is open, once it has rested for a while. */
const restingCursor = () =>
  eventually(async () => {
    const before = await cursors();
    await delay(200);
    const after = await cursors();
    expect(after).toHaveLength(1);
    expect(after).toEqual(before);
    return after[0]?.pid;
  });

/** A server that is less patient than ours with callers that take nothing. */
async function serve(answer: (response: Response, cancelled: AbortSignal) => void) {
  const server = createServer(
    express().use((_request, response) => {
      const gone = new AbortController();
      response.once('close', () => {
        gone.abort();
      });
      cutOffWhenStalled(response, SILENT, 300);
      answer(response, gone.signal);
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = (): Promise<number> =>
    new Promise((resolve) => {
      server.getConnections((_error, count) => {
        resolve(count);
      });
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    untilNobodyIsConnected: () =>
      eventually(async () => {
        expect(await connections()).toBe(0);
      }),
    close: () => server.close(),
  };
}

test('a reader that takes nothing of an answer that is there as a whole is cut off', async () => {
  const server = await serve((response) => {
    writeText(response, 200, 'application/json', 'x'.repeat(20_000_000));
  });
  const socket = await askAndNeverRead(server.url, 'application/json');
  await server.untilNobodyIsConnected();
  expect(socket.bytesRead).toBeLessThan(20_000_000);
  server.close();
});

test('a caller for whom nothing is there yet may wait', async () => {
  const server = await serve((response) => {
    setTimeout(() => {
      response.end('late');
    }, 1_000);
  });
  expect(await (await fetch(server.url)).text()).toBe('late');
  server.close();
});

describe.each(FORMATS)('a reader of a long list as %s', (format) => {
  test('that stops reading stops the cursor, and frees it when it goes away', async () => {
    const socket = await askAndNeverRead(doors.url, format);
    await restingCursor();
    socket.destroy();
    await nobodyReads();
  });

  test('that goes away while it reads frees the cursor', async () => {
    const response = await ask(doors.url, format);
    await once(response, 'data');
    response.destroy();
    await nobodyReads();
    expect(doors.logged.join('')).not.toMatch(/"level":50/);
  });

  test('that stops reading for too long is cut off', async () => {
    const server = await serve((response, cancelled) => {
      const writing = { cancelled, log: SILENT };
      const batches = store.streams.read('select document from redress.snapshot', []);
      const written =
        format === 'application/json'
          ? writeList(response, { total: null, batches }, writing)
          : documentFrames(batches, () => ({ data: null })).then((frames) => writeFrames(response, frames, writing));
      written.catch(() => undefined);
    });
    await askAndNeverRead(server.url, format);
    await eventually(async () => {
      expect(await cursors()).toHaveLength(1);
    });
    await nobodyReads();
    await server.untilNobodyIsConnected();
    server.close();
  });

  test('is told when it is one too many, and when to come back', async () => {
    const eight = await Promise.all(Array.from({ length: 8 }, () => askAndNeverRead(doors.url, format)));
    await eventually(async () => {
      expect(await cursors()).toHaveLength(8);
    });
    const ninth = await doors.sendJson('POST', LIST, ALL, { Accept: format });
    expect([ninth.status, ninth.headers['retry-after'], ninth.headers['wow-error-code'], json(ninth)]).toEqual([
      429,
      '5',
      'TooManyRequests',
      {
        errorCode: 'TooManyRequests',
        errorMsg: 'All 8 streams for long lists are in use. Try again in a few seconds, or ask for fewer rows.',
        succeeded: false,
      },
    ]);
    const short = await doors.sendJson('POST', LIST, { ...ALL, limit: 1 }, { Accept: format });
    expect(short.status).toBe(200);
    for (const socket of eight) socket.destroy();
  });
});

describe('a store that breaks off in the middle', () => {
  const cut = async (): Promise<void> => {
    await store.sql('select pg_terminate_backend($1)', [await restingCursor()]);
  };

  test('is the last frame of a stream', async () => {
    const response = await ask(doors.url, 'text/event-stream');
    await cut();
    let text = '';
    for await (const chunk of response as AsyncIterable<Buffer>) text = (text + chunk.toString()).slice(-2_000);
    expect(text.split('\n\n').slice(-2)).toEqual([
      `id:${GLOBAL_ID}\nevent:ServiceUnavailable\ndata:${JSON.stringify({
        errorCode: 'ServiceUnavailable',
        errorMsg: 'The store does not answer at the moment. Try again in a second.',
        succeeded: false,
      })}`,
      '',
    ]);
  });

  test('breaks the connection of a JSON list, so that nobody takes a part for the whole', async () => {
    const response = await ask(doors.url, 'application/json');
    await cut();
    const read = async () => {
      for await (const chunk of response) expect(chunk).not.toHaveLength(0);
    };
    await expect(read()).rejects.toThrow('aborted');
    expect(doors.logged.join('')).toContain('an answer broke off');
  });
});
