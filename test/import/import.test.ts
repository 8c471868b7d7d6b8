import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventStream } from '../../src/domain/index.ts';
import { BEGINNING, feedHorizon, openStaging, readFeed } from '../../src/store/index.ts';
import { type TestStore, openStore } from '../support/store.ts';
import { CREATED, PREPARED, SUCCEEDED, exported, importText, lifeOf, linesOf, recordedAnswer } from './given.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

it.each([
  ['a JSON array', 'event-queries/list'],
  ['Server-Sent Events', 'event-queries/list-sse'],
])('takes what the original answers as %s, the newest version first', async (_form, step) => {
  const each = await openStore();
  try {
    const answer = await recordedAnswer(step);
    expect(await importText(each, answer)).toMatchObject({ read: 3, taken: 3, present: 0, refused: 0 });
    const recorded = JSON.parse(await recordedAnswer('event-queries/list')) as EventStream[];
    expect(await each.events('g-eq')).toEqual(recorded.reverse());
    expect(await each.check('g-eq')).toEqual([]);
    expect(await each.record('g-eq')).toMatchObject({
      snapshot: { version: 3, ownerId: 'g-eq-owner', eventTime: 1795478177436, state: { status: 'FAILED' } },
      engaged: 0,
    });
    expect(await importText(each, answer)).toMatchObject({ taken: 0, present: 3, refused: 0 });
  } finally {
    await each.close();
  }
});

it('takes records whose versions are mixed with those of others, in any order', async () => {
  const ids = Array.from({ length: 300 }, (_, index) => `mixed-${index}`);
  const all = ids.flatMap(lifeOf);
  // A fixed shuffle: 7 and the length have no common divisor.
  const shuffled = all.map((_, index) => all[(index * 7 + 100) % all.length] ?? all[0]);
  expect(await importText(store, linesOf(shuffled as object[]))).toMatchObject({
    taken: 900,
    refused: 0,
    refusals: [],
  });
  for (const id of ['mixed-0', 'mixed-299']) {
    expect(await store.events(id)).toEqual(lifeOf(id).map(asStored));
    expect(await store.check(id)).toEqual([]);
  }
});

it('keeps ids, versions, times, headers, owner, space and tags, and makes the snapshot of them', async () => {
  const tagged = { name: 'default_resource_tags_applied', body: { tags: { team: ['billing'] } } };
  const streams = [exported('kept', 1, CREATED), exported('kept', 2, tagged)];
  await importText(store, linesOf(streams));
  expect(await store.events('kept')).toEqual(streams.map(asStored));
  expect(await store.record('kept')).toMatchObject({
    snapshot: {
      aggregateId: 'kept',
      tenantId: '(0)',
      ownerId: 'owner-1',
      spaceId: 'space-1',
      version: 2,
      eventId: 'kept-stream-2',
      firstEventTime: 1_700_000_001_000,
      eventTime: 1_700_000_002_000,
      tags: { team: ['billing'] },
      deleted: false,
    },
    deadline: 4_000_000_000_000,
    engaged: 0,
  });
});

it('takes streams of releases that had no spaces and did not say what is recoverable', async () => {
  const { recoverable: _left, ...body } = CREATED.body as { recoverable: string };
  const { spaceId: _out, ...stream } = exported('early', 1, { ...CREATED, body });
  expect(await importText(store, linesOf([stream]))).toMatchObject({ taken: 1 });
  expect((await store.record('early')).snapshot).toMatchObject({ spaceId: '', state: { recoverable: 'UNKNOWN' } });
});

it('makes text storable and cuts what is too long, as every door does', async () => {
  const error = { errorCode: 'A\0B', errorMsg: 'half \ud800', stackTrace: 'x'.repeat(100_000) };
  const body = { ...CREATED.body, error };
  await importText(store, linesOf([exported('odd', 1, { ...CREATED, body }, { header: { key: 'a\0' } })]));
  const { state } = (await store.record('odd')).snapshot;
  expect(state.error).toMatchObject({ errorCode: 'A\uFFFDB', errorMsg: 'half \uFFFD' });
  expect(Buffer.byteLength(state.error.stackTrace)).toBeLessThanOrEqual(65_536);
  expect((await store.events('odd'))[0]?.header).toEqual({ key: 'a\uFFFD' });
});

it('goes on where an earlier import has ended', async () => {
  const [first, second, third] = lifeOf('later') as [EventStream, EventStream, EventStream];
  await importText(store, linesOf([first]));
  expect(await importText(store, linesOf([first, second]))).toMatchObject({ taken: 1, present: 1 });
  expect(await importText(store, linesOf([third]))).toMatchObject({ taken: 1, present: 0 });
  expect(await store.check('later')).toEqual([]);
});

it('has a workflow look again at a record that runs, where something else is due after the import', async () => {
  await importText(store, linesOf([exported('runs', 1, CREATED)]));
  await store.sql(`update redress.snapshot set engaged = 7 where aggregate_id = 'runs'`);
  await importText(
    store,
    linesOf([exported('runs', 2, { name: 'recoverable_marked', body: { recoverable: 'RECOVERABLE' } })]),
  );
  expect((await store.record('runs')).engaged).toBe(7);
  await importText(
    store,
    linesOf([exported('runs', 3, { name: 'recoverable_marked', body: { recoverable: 'UNRECOVERABLE' } })]),
  );
  expect(await store.record('runs')).toMatchObject({ engaged: 0, deadline: null });
});

it('refuses a version that is not the one that is there, and all behind it', async () => {
  await importText(store, linesOf(lifeOf('forked').slice(0, 2)));
  const other = exported('forked', 2, PREPARED, { commandId: 'another' });
  const before = await store.events('forked');
  const imported = await importText(store, linesOf([...lifeOf('forked').slice(2), other]));
  expect(imported).toMatchObject({ taken: 0, refused: 2 });
  expect(imported.refusals).toEqual([
    {
      place: 'line 2',
      aggregateId: 'forked',
      version: 2,
      reason: 'Version 2 of this record is there already, and is not the same: it went on differently here.',
    },
    {
      place: 'line 1',
      aggregateId: 'forked',
      version: 3,
      reason: 'It comes after version 2 of this record, which was refused.',
    },
  ]);
  expect(await store.events('forked')).toEqual(before);
});

it('says of every stream that cannot be taken why, and takes the others', async () => {
  const good = lifeOf('good');
  const input = [
    'rubbish',
    ...[
      exported('gap', 2, PREPARED),
      exported('created-twice', 1, CREATED),
      exported('created-twice', 2, CREATED),
      exported('not-created', 1, PREPARED),
      exported('elsewhere', 1, CREATED, { aggregateName: 'order' }),
      exported('tenant', 1, CREATED, { tenantId: 'other' }),
      exported('empty', 1, CREATED, { body: [] }),
      exported('unknown', 1, { name: 'paid', body: {} }),
      exported('no-error', 1, { ...CREATED, body: { ...CREATED.body, error: null } }),
      exported('header', 1, CREATED, { header: { key: {} } }),
      exported('x'.repeat(235), 1, CREATED),
      exported('taken', 1, CREATED, { commandId: 'good-command-2' }),
      exported('request', 1, CREATED, { requestId: 'good-request-1' }),
      { errorCode: 'QueryTimeout', errorMsg: 'too slow' },
      ...good,
    ].map((each) => JSON.stringify(each)),
  ];
  const { refusals, taken } = await importText(store, input.join('\n'));
  expect(taken).toBe(good.length + 1);
  expect(Object.fromEntries(refusals.map(({ place, reason }) => [place.replace('line ', ''), reason]))).toEqual({
    1: expect.stringMatching(/^It is not JSON: /) as string,
    2: 'Version 1 of this record is missing, here and in the input.',
    4: 'It cannot be: record created-twice: execution_failed_created can only be its first event.',
    5: 'It cannot be: record not-created: compensation_prepared cannot be its first event.',
    6: '"aggregateName" must be "execution_failed".',
    7: '"tenantId" must be "(0)".',
    8: '"body" must be a list of exactly one event.',
    9: 'There is no event "paid".',
    10: 'The event execution_failed_created: "error" must be an object.',
    11: '"header.key" must be a text.',
    12: '"aggregateId" may have 234 bytes.',
    13: 'Its command id good-command-2 belongs to another version that is there already.',
    14: 'Its request id good-request-1 belongs to another version that is there already.',
    15: 'The export failed here, and is not complete: QueryTimeout too slow',
  });
  expect(await store.check('good')).toEqual([]);
});

it('is no news: readers of the feed see only what happens after it', async () => {
  await importText(store, linesOf(lifeOf('history')));
  const { entries } = await readFeed(store.queries, BEGINNING, await feedHorizon(store.queries), {
    count: 10,
    size: 1e9,
  });
  expect(entries).toEqual([]);
});

it('is done by one at a time', async () => {
  const staging = await openStaging(store);
  await expect(importText(store, linesOf([exported('second', 1, SUCCEEDED)]))).rejects.toThrow(
    /Another import is at work/,
  );
  await staging?.close();
});

/** What the import computes rather than believes. */
function asStored(stream: EventStream): object {
  const [event] = stream.body;
  const types: Record<string, string> = {
    execution_failed_created: 'me.ahoo.wow.compensation.api.ExecutionFailedCreated',
    compensation_prepared: 'me.ahoo.wow.compensation.api.CompensationPrepared',
    execution_success_applied: 'me.ahoo.wow.compensation.api.ExecutionSuccessApplied',
    default_resource_tags_applied: 'me.ahoo.wow.api.abac.DefaultResourceTagsApplied',
  };
  return { ...stream, body: [{ ...event, bodyType: types[event.name] }] };
}
