import { createQueries } from '../../../src/http/index.ts';
import { type Doors, openDoors } from '../../http/doors.ts';
import type { TestStore } from '../../support/store.ts';
import type { Answer, Request } from '../evaluator/answer.ts';
import type { Json } from '../evaluator/json.ts';

/** The query endpoints over a store, with a clock and a zone that follow each request. */
export interface QueryDoors {
  ask(request: Request): Promise<Answer>;
  close(): Promise<void>;
}

export async function openQueryDoors(store: TestStore): Promise<QueryDoors> {
  let asked: Pick<Request, 'now' | 'zone'> = { now: 0, zone: 'UTC' };
  const queries = createQueries(store, {
    now: () => asked.now,
    get zone() {
      return asked.zone;
    },
    guard: false,
  });
  const doors = await openDoors({ queries });
  return {
    ask(request) {
      asked = request;
      return askDoors(doors, request);
    },
    close: () => doors.close(),
  };
}

async function askDoors(
  doors: Doors,
  { subject, operation, result, body, ownerId, spaceId }: Request,
): Promise<Answer> {
  const path = [subject === 'snapshot' ? 'snapshot' : 'event', operation, ...(result === 'state' ? ['state'] : [])];
  const headers = {
    ...(ownerId === '' ? {} : { 'Command-Owner-Id': ownerId }),
    ...(spaceId === '' ? {} : { 'Wow-Space-Id': spaceId }),
  };
  const received = await doors.sendJson('POST', `/execution_failed/${path.join('/')}`, body, headers);
  const answered = JSON.parse(received.body) as Json;
  switch (received.status) {
    case 200:
      return { status: 200, body: answered };
    case 400:
    case 404:
      return { status: received.status, code: (answered as { errorCode: string }).errorCode };
    default:
      throw new Error(`unexpected answer ${String(received.status)} ${received.body}`);
  }
}
