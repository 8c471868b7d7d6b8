import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regenerateSnapshot } from '../../src/history/index.ts';
import { type Pool, StoreTimeout, StoreUnavailable } from '../../src/store/index.ts';
import { create, handlerOn, signal } from '../command-handler/handling.ts';
import { type Doors, json, openDoors } from '../http/doors.ts';
import { type TestStore, openStore } from '../support/store.ts';

let store: TestStore;
let doors: Doors;
beforeAll(async () => {
  store = await openStore();
  doors = await openDoors({ pools: store });
});
afterAll(async () => {
  await doors.close();
  await store.close();
});

const respec = () => signal('apply_retry_spec', { maxRetries: 3, minBackoff: 600, executionTimeout: 60 });

/** A record with three versions. */
const write = (id: string) => handlerOn(store).handle(id, [create(), respec(), respec()], 1);

const compensate = (path: string, functionKind: string) => {
  const target = { functionKind, contextName: 'c', processorName: 'p', name: 'n' };
  return doors.sendJson('PUT', `/execution_failed/${path}/compensate`, { function: target });
};

describe('a regeneration', () => {
  it('holds nobody up while it reads the events, and misses none that is stored meanwhile', async () => {
    await write('long');
    const queries: Pool = {
      ...store.queries,
      async query(statement, values) {
        const rows = await store.queries.query(statement, values);
        await handlerOn(store).handle('long', [respec()], 1);
        const writing = await store.sql(`select pid, query from pg_stat_activity
          where datname = current_database() and backend_xid is not null`);
        expect(writing).toEqual([]);
        return rows as never;
      },
    };
    expect(await regenerateSnapshot({ commands: store.commands, queries }, 'long')).toBe(true);
    expect((await store.record('long')).snapshot.version).toBe(4);
    expect(await store.check('long')).toEqual([]);
  });
});

describe('a record of which an event cannot be read', () => {
  const calls = [
    ['GET', '/state/3'],
    ['GET', '/state/tracing'],
    ['PUT', '/snapshot'],
  ] as const;

  it.each(['null', '[]', '[{"name": "execution_failed_created", "body": null}]'])(
    'is answered as such wherever it is read: %s',
    async (body) => {
      const id = `unreadable-${body.length}`;
      await write(id);
      const spoil = `update redress.event_stream set document = document || jsonb_build_object('body', $2::jsonb)
        where aggregate_id = $1 and version = 1`;
      await store.sql(spoil, [id, body]);
      const received = await Promise.all([
        ...calls.map(([method, path]) => doors.send({ method, path: `/execution_failed/${id}${path}` })),
        compensate(`${id}/3`, 'STATE_EVENT'),
      ]);
      for (const answer of received) {
        expect([answer.status, json(answer)['errorCode']]).toEqual([409, 'SourcingVersionConflict']);
        expect(json(answer)['errorMsg']).toMatch(/version 1 cannot be read.*restore them from a backup/);
      }
    },
  );
});

it.each([1, 2])('version %i of a record is no version that never was where only it is missing', async (version) => {
  const id = `gap-${version}`;
  await write(id);
  await store.sql('delete from redress.event_stream where aggregate_id = $1 and version = $2', [id, version]);
  const received = await Promise.all([
    doors.send({ method: 'GET', path: `/execution_failed/${id}/state/${version}` }),
    compensate(`${id}/${version}`, 'EVENT'),
    compensate(`${id}/${version}`, 'STATE_EVENT'),
  ]);
  expect(received.map(({ status }) => status)).toEqual([409, 409, 409]);
});

describe('a batch that Postgres interrupts', () => {
  it.each([
    [new StoreUnavailable(new Error('gone')), 503],
    [new StoreTimeout(new pg.DatabaseError('too slow', 0, 'error')), 408],
  ])('says where to go on: %s', async (outage, status) => {
    for (const id of ['z1', 'z2', 'z3']) await handlerOn(store).handle(id, [create()], 1);
    const interrupted: Pool = {
      ...store.commands,
      async query(statement, values) {
        if (String(values[1]).includes('"z2"')) throw outage;
        return store.commands.query(statement, values);
      },
    };
    const broken = await openDoors({ pools: { ...store, commands: interrupted } });
    const received = await broken.send({ method: 'POST', path: '/execution_failed/state/z/5' });
    expect(received.status).toBe(status);
    expect(json(received)['errorMsg']).toMatch(/ The batch has processed 1 records: go on after \[z1\]\.$/);
    expect(broken.logged.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ afterId: 'z1', size: 1, id: 'z2', msg: 'a batch was interrupted' }),
    );
    await broken.close();
  });
});
