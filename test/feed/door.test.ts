import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Feed, createFeed } from '../../src/feed/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { type Doors, json, openDoors } from '../http/doors.ts';
import { FAILED_EXECUTION } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { type FeedReader, readFeed } from '../support/feed-reader.ts';
import { SILENT, type TestStore, openStore } from '../support/store.ts';
import { untilNothingIsHeldBack } from './reading.ts';

let store: TestStore;
let feed: Feed;
let doors: Doors;
beforeAll(async () => {
  store = await openStore();
  feed = createFeed({ pool: store.queries, log: SILENT });
  doors = await openDoors({ pools: store, feed });
});
afterAll(async () => {
  feed.stop();
  await doors.close();
  await store.close();
});

/** A record of a function of this context, with all the versions that make it unrecoverable and back. */
async function write(id: string, contextName: string, name = 'onOrderPaid'): Promise<void> {
  const handler = handlerOn(store);
  await handler.handle(id, [create(Date.now(), { function: { ...FAILED_EXECUTION.function, contextName, name } })], 1);
  await handler.handle(id, [signal('mark_recoverable', { recoverable: 'UNRECOVERABLE' })], 1);
  await handler.handle(id, [signal('force_prepare_compensation')], 1);
}

const seen = ({ events }: FeedReader): string[] =>
  events.map(({ event, data }) => `${data.aggregateId}/${data.version} ${event}`);

describe.concurrent('the door of the feed', () => {
  it('sends each event stream as it is stored, under the name of its event', async ({ expect }) => {
    const reader = await readFeed(doors.url, '?context=whole');
    await write('whole', 'whole');
    await reader.until(3);
    await reader.leave();
    expect(seen(reader)).toEqual([
      'whole/1 execution_failed_created',
      'whole/2 recoverable_marked',
      'whole/3 compensation_prepared',
    ]);
    expect(reader.events.map(({ data }) => data)).toEqual(await store.events('whole'));
  });

  it('sends what happens from now on, or everything, or what came after a place', async ({ expect }) => {
    await write('early', 'places');
    await untilNothingIsHeldBack(store);
    const [fromNow, all] = await Promise.all([
      readFeed(doors.url, '?context=places&from=now'),
      readFeed(doors.url, '?context=places&from=beginning'),
    ]);
    await write('late', 'places');
    await Promise.all([fromNow.until(3), all.until(6)]);
    expect(seen(fromNow).slice(-3)).toEqual(seen(all).slice(3));
    const third = all.events[2]?.id ?? '';
    const after = await readFeed(doors.url, `?context=places&after=${third}`);
    // The header is newer than the address of a reader that reconnects.
    const fifth = all.events[4]?.id ?? '';
    const again = await readFeed(doors.url, `?context=places&after=${third}`, fifth);
    await Promise.all([after.until(3), again.until(1)]);
    expect(after.events).toEqual(all.events.slice(3));
    expect(again.events).toEqual(all.events.slice(5));
    await Promise.all([fromNow, all, after, again].map((reader) => reader.leave()));
  });

  it('sends only what is wanted, by event and by failed function', async ({ expect }) => {
    const queries = [
      '?context=one&context=two&from=beginning',
      '?context=one,two&event=recoverable_marked,compensation_prepared',
      '?processor=OrderNoticeSaga&function=only',
      '?processor=Nobody',
    ];
    const readers = await Promise.all(queries.map((query) => readFeed(doors.url, query)));
    await write('filter-one', 'one', 'only');
    await write('filter-two', 'two');
    await write('filter-three', 'three', 'only');
    const [contexts, events, functions, nobody] = readers;
    await Promise.all([contexts?.until(6), events?.until(4), functions?.until(6)]);
    await Promise.all(readers.map((reader) => reader.leave()));
    expect(events === undefined ? [] : seen(events)).toEqual([
      'filter-one/2 recoverable_marked',
      'filter-one/3 compensation_prepared',
      'filter-two/2 recoverable_marked',
      'filter-two/3 compensation_prepared',
    ]);
    expect(functions?.events.map(({ data }) => data.aggregateId)).toEqual([
      ...['filter-one', 'filter-one', 'filter-one'],
      ...['filter-three', 'filter-three', 'filter-three'],
    ]);
    expect(nobody?.events).toEqual([]);
  });

  it.each([
    ['?after=', 'x', '"x" is no place in the feed: give the id of an event that it sent, or from=beginning.'],
    ['?after=', '1-2-3-4', /is no place in the feed/],
    ['?after=', '1-99999999999999999999-1', /is no place in the feed/],
    ['?after=', '1-8888888888888888888-1', /^The feed has not come to "1-8888888888888888888-1" yet/],
    ['?after=', '7-1-1', /^The feed has not come to "7-1-1" yet, but only to "1-\d+-0"/],
    ['?from=', 'yesterday', 'from is "yesterday": it must be beginning or now.'],
    [
      '?event=',
      'compensation_prepared,nonsense',
      /^There is no event \[nonsense\]\. Choose of execution_failed_created,/,
    ],
  ])('refuses %s%s', async (parameter, value, message) => {
    const received = await doors.send({ path: `/redress/feed${parameter}${value}` });
    expect(received.status).toBe(400);
    expect(received.headers['wow-error-code']).toBe('IllegalArgument');
    expect(json(received)['errorMsg']).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it('refuses more readers than it can bear', async ({ expect }) => {
    const crowded = await openDoors({ pools: store, feed: { ...feed, readers: () => 256 } });
    const received = await crowded.send({ path: '/redress/feed' });
    expect([received.status, received.headers['retry-after']]).toEqual([429, '1']);
    await crowded.close();
  });

  it('answers HEAD without a stream, and explains other methods and media types', async ({ expect }) => {
    expect(await doors.send({ method: 'HEAD', path: '/redress/feed' })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
    });
    expect((await doors.send({ method: 'POST', path: '/redress/feed' })).status).toBe(405);
    expect((await doors.send({ path: '/redress/feed', headers: { Accept: 'text/html' } })).status).toBe(406);
  });

  it('answers 503 where it cannot say where it is', async ({ expect }) => {
    const lost = await openDoors();
    expect((await lost.send({ path: '/redress/feed' })).status).toBe(503);
    await lost.close();
  });
});

describe('a reader', () => {
  it('without events hears every quarter of a minute that its connection lives, and where it is', async () => {
    const reader = await readFeed(doors.url, '?context=nothing-happens-here');
    const first = reader.lastId();
    await write('elsewhere', 'elsewhere');
    await untilNothingIsHeldBack(store);
    await delay(500);
    expect(reader.heartbeats()).toBe(1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 15_000 });
    try {
      await eventually(() => {
        expect(reader.heartbeats()).toBe(2);
      });
    } finally {
      vi.useRealTimers();
    }
    expect(reader.lastId()).not.toBe(first);
    expect(reader.events).toEqual([]);
    await reader.leave();
  });

  it('that stops reading for a while gets everything when it goes on', async () => {
    const error = { ...FAILED_EXECUTION.error, stackTrace: 'x'.repeat(60_000) };
    const failed = { ...FAILED_EXECUTION.function, contextName: 'slow' };
    const leaving = new AbortController();
    const response = await fetch(`${doors.url}/redress/feed?context=slow`, { signal: leaving.signal });
    const handler = handlerOn(store);
    for (let index = 0; index < 100; index += 1) {
      await handler.handle(`slow-${index}`, [create(Date.now(), { error, function: failed })], 1);
    }
    await delay(1_000);
    let text = '';
    const stream = response.body?.pipeThrough(new TextDecoderStream()) ?? new ReadableStream<string>();
    for await (const chunk of stream) {
      text += chunk;
      if (text.includes('"slow-99"')) break;
    }
    const ids = [...text.matchAll(/"aggregateId": "slow-(\d+)"/g)].map(([, id]) => Number(id));
    expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => index));
    leaving.abort();
  });

  it('that goes away is forgotten, and the stop of the service ends the streams of the others', async () => {
    const own = createFeed({ pool: store.queries, log: SILENT });
    const door = await openDoors({ pools: store, feed: own });
    const [gone, stays] = [await readFeed(door.url), await readFeed(door.url)];
    expect(own.readers()).toBe(2);
    await gone.leave();
    await eventually(() => {
      expect(own.readers()).toBe(1);
    });
    const closed = door.close(1_500);
    own.stop();
    const startedAt = performance.now();
    await stays.ended;
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(own.readers()).toBe(0);
    expect(door.logged.join('')).not.toMatch(/"level":[45]0/);
    await closed;
  });
});
