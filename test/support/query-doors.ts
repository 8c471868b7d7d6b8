import { createQueries, createReads } from '../../src/http/index.ts';
import { type Doors, openDoors } from '../http/doors.ts';
import { type TestStore, openStore } from './store.ts';

/** The doors over a database of their own. */
export interface QueryDoors extends Doors {
  readonly store: TestStore;
  /** Sends a query; `path` is what follows `/execution_failed`. */
  query(path: string, body: unknown, headers?: Record<string, string>): ReturnType<Doors['send']>;
}

export async function openQueryDoors(): Promise<QueryDoors> {
  const store = await openStore();
  const queries = createQueries(store, { now: Date.now, zone: 'UTC', guard: false });
  const doors = await openDoors({ queries, reads: createReads(store.queries) });
  return {
    ...doors,
    store,
    query: (path, body, headers) => doors.sendJson('POST', `/execution_failed${path}`, body, headers),
    async close(grace) {
      await doors.close(grace);
      await store.close();
    },
  };
}
