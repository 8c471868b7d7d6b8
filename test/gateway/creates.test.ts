import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HandleResult } from '../../src/command-handler/index.ts';
import { type CommandRequest, type CommandResult, createGateway } from '../../src/gateway/index.ts';
import { StoreUnavailable } from '../../src/store/index.ts';
import { FAILED_EXECUTION } from '../support/api.ts';
import { SILENT } from '../support/store.ts';
import { waitFor } from './given.ts';

const MAX_STARTING = 8;
const MAX_QUEUED = 2_048;
const MIB = 1024 * 1024;

const AWAY = new StoreUnavailable(new Error('connect ECONNREFUSED'));

let gateway: ReturnType<typeof createGateway>;
/** What becomes of each create that is stored, and of each workflow that is started, in their order. */
let stored: PromiseWithResolvers<HandleResult>[];
let starts: PromiseWithResolvers<'started'>[];
let isAway: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  stored = [];
  starts = [];
  isAway = false;
  let ids = 0;
  const pool = { query: () => Promise.resolve([]), transaction: () => Promise.reject(AWAY), waiting: () => 0 };
  gateway = createGateway({
    pool,
    ids: { next: () => `id-${(ids += 1)}`, lastTime: () => 0 },
    handler: {
      handle() {
        if (isAway) return Promise.reject(AWAY);
        const create = Promise.withResolvers<HandleResult>();
        stored.push(create);
        return create.promise;
      },
    },
    executions: {
      start() {
        const start = Promise.withResolvers<'started'>();
        starts.push(start);
        return start.promise;
      },
      signal: () => Promise.resolve(true),
      signalWithStart: () => Promise.resolve(),
      unavailable: () => null,
    },
    advertisedUrl: 'http://127.0.0.1',
    waitHosts: new Set(),
    maxWaiting: 10_000,
    createPath: 'store',
    isStoreReachable: () => Promise.resolve(!isAway),
    onRefused: () => undefined,
    onCreate: () => undefined,
    log: SILENT,
  });
});
afterEach(() => {
  gateway.stop();
  vi.useRealTimers();
});

const ENVELOPE = { requestId: null, aggregateId: null, ownerId: '', spaceId: '', expectedVersion: null, attempt: null };

async function send(request: CommandRequest, timeout = 60_000): Promise<string> {
  const results: CommandResult[] = [];
  const never = new AbortController().signal;
  for await (const result of gateway.send(request, waitFor('SENT', { timeout }), never)) results.push(result);
  return results.map(({ stage, errorCode }) => `${stage} ${errorCode}`).join();
}

/** Reports so many failures at once, for callers who wait until they are sent. */
const report = (count: number, { timeout = 60_000, stackTrace = 'at onOrderPaid' } = {}): Promise<string>[] =>
  Array.from({ length: count }, () => {
    const error = { ...FAILED_EXECUTION.error, stackTrace };
    const body = { ...FAILED_EXECUTION, error, executeAt: 1 };
    return send({ ...ENVELOPE, name: 'create_execution_failed', header: {}, body }, timeout);
  });

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

const UNAVAILABLE = { code: 'ServiceUnavailable', retryAfter: 5 };

describe('failures that are reported while Postgres is away', () => {
  beforeEach(() => {
    isAway = true;
  });

  it('go to Temporal so many at a time, and every caller who waits is told that his was sent', async () => {
    const all = report(3 * MAX_STARTING);
    for (let taken = 0; taken < all.length; taken += 1) {
      await settle();
      expect(starts).toHaveLength(Math.min(taken + MAX_STARTING, all.length));
      starts[taken]?.resolve('started');
    }
    expect(new Set(await Promise.all(all))).toEqual(new Set(['SENT Ok']));
  });

  it('are refused with their ids where their turn does not come in time', async () => {
    void report(MAX_STARTING);
    await settle();
    const [impatient] = report(1, { timeout: 500 });
    const refused = expect(impatient).rejects.toMatchObject({
      ...UNAVAILABLE,
      message: expect.stringContaining('repeat it with the same request id') as string,
      details: { requestId: expect.stringContaining('id-') as string },
    });
    await vi.advanceTimersByTimeAsync(500);
    await refused;
    starts[0]?.resolve('started');
    await settle();
    expect(starts).toHaveLength(MAX_STARTING);
  });

  it('are refused at once where too many wait already, also those that waited to be stored', async () => {
    isAway = false;
    const all = report(128 + MAX_QUEUED);
    await settle();
    expect(stored).toHaveLength(128);
    isAway = true;
    const outcomes = Promise.allSettled(all);
    for (const { reject } of stored) reject(AWAY);
    await settle();
    expect(starts).toHaveLength(MAX_STARTING);
    for (let taken = 0; taken < MAX_STARTING + MAX_QUEUED; taken += 1) {
      starts[taken]?.resolve('started');
      await settle();
    }
    const refused = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(128 - MAX_STARTING);
    expect(refused[0]).toMatchObject({ reason: UNAVAILABLE });
  });
});

describe('failures that wait to be stored', () => {
  it('are 64 MiB at most, whatever their number; what comes then is refused, and taken when there is room', async () => {
    const large = { stackTrace: 'x'.repeat(MIB) };
    const taken = report(63, large);
    const refused = report(2, large);
    for (const each of refused) {
      await expect(each).rejects.toMatchObject({
        code: 'TooManyRequests',
        retryAfter: 1,
        message: expect.stringContaining('with the same request id') as string,
      });
    }
    expect(stored).toHaveLength(63);
    const other = send({ ...ENVELOPE, aggregateId: 'open', name: 'prepare_compensation', header: {}, body: {} });
    expect(await other).toBe('SENT Ok');
    stored[0]?.resolve({ outcomes: [], record: null });
    expect(await taken[0]).toBe('SENT Ok');
    void report(1, large);
    await settle();
    expect(stored).toHaveLength(64);
  });
});
