import type { EventStream, RetryState } from '../../src/domain/index.ts';
import type { StoredRecord, Stored } from './fault-records.ts';
import type { FaultTarget } from './fault-target.ts';
import { PUSHED } from './fault-wishes.ts';

/** An attempt with more time than this, in milliseconds, has to be delivered however often the service was killed. */
const PATIENT = 500_000;
/** After so many milliseconds it has to be delivered even while services are being killed. */
const LONG = 60_000;

/** One attempt at a record whose retries are pushed. */
interface Attempt {
  readonly record: StoredRecord;
  readonly retryState: RetryState;
  readonly preparedAt: number;
  /** What came after the prepare. */
  readonly rest: readonly EventStream[];
}

/** Every patient attempt that was not delivered although there was time, or whose outcome was lost. */
export function lostDeliveries({ records, readAt }: Stored, { deliveries }: FaultTarget): string[] {
  return attemptsOf(records).flatMap((attempt) => {
    const { record, retryState, preparedAt, rest } = attempt;
    const key = keyOf(attempt);
    const last = deliveries.get(key)?.at(-1);
    const ended = rest.find(({ body: [{ name }] }) => ENDINGS.has(name));
    const isInFlight =
      record.open &&
      retryState.timeoutAt > readAt &&
      record.snapshot?.state.status === 'PREPARED' &&
      record.snapshot.state.retryState.retries === retryState.retries;
    if (last !== undefined) {
      const isReported = !isInFlight || last.way === 'accept';
      return isReported
        ? []
        : [`${key}: the target answered (${last.way}) ${Math.round(readAt - last.at)} ms ago, in vain`];
    }
    if (retryState.timeoutAt - retryState.retryAt < PATIENT) return [];
    if (isInFlight) return [`${key} was prepared ${Math.round(readAt - preparedAt)} ms ago and never delivered`];
    if (ended === undefined || ended.createTime - preparedAt < LONG) return [];
    return [`${key} lasted ${ended.createTime - preparedAt} ms and was never delivered`];
  });
}

/** Everything that the target was given although it was never prepared. */
export function inventedDeliveries({ records }: Stored, { deliveries }: FaultTarget): string[] {
  const prepared = new Set(attemptsOf(records).map(keyOf));
  return [...deliveries.keys()].filter((key) => !prepared.has(key));
}

const ENDINGS: ReadonlySet<string> = new Set([
  'execution_success_applied',
  'execution_failed_applied',
  'default_aggregate_deleted',
]);

const keyOf = ({ record, retryState }: Attempt): string => `${record.id}:${retryState.retries}`;

function attemptsOf(records: readonly StoredRecord[]): Attempt[] {
  return records.flatMap((record) =>
    record.streams.flatMap(({ body: [event], createTime }, index) => {
      if (event.name !== 'compensation_prepared' || event.body.function.contextName !== PUSHED) return [];
      const rest = record.streams.slice(index + 1);
      return [{ record, retryState: event.body.retryState, preparedAt: createTime, rest }];
    }),
  );
}
