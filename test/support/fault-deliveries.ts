import type { RetryState } from '../../src/domain/index.ts';
import type { StoredRecord, Stored } from './fault-records.ts';
import type { Deliveries } from './fault-target.ts';
import { PUSHED } from './fault-wishes.ts';

/** An attempt with more time than this, in milliseconds, has to be delivered however often the service was killed. */
const PATIENT = 500_000;

/** Milliseconds that a delivery or its outcome may be under way. */
const UNDER_WAY = 5_000;

/** One attempt at a record whose retries are pushed. */
interface Attempt {
  readonly record: StoredRecord;
  readonly retryState: RetryState;
  readonly preparedAt: number;
}

/** Every attempt in flight that was not delivered, where it is a patient one, or whose outcome was lost. */
export function lostDeliveries({ records, readAt }: Stored, deliveries: Deliveries): string[] {
  return attemptsOf(records).flatMap((attempt) => {
    const { record, retryState, preparedAt } = attempt;
    const key = keyOf(attempt);
    const last = deliveries.get(key)?.at(-1);
    const isInFlight =
      record.open &&
      retryState.timeoutAt > readAt &&
      record.snapshot?.state.status === 'PREPARED' &&
      record.snapshot.state.retryState.retries === retryState.retries;
    // What was ended by a client meanwhile may have been over before anybody could deliver it.
    if (!isInFlight || (last?.at ?? preparedAt) > readAt - UNDER_WAY) return [];
    if (last === undefined) {
      const isPatient = retryState.timeoutAt - retryState.retryAt >= PATIENT;
      return isPatient ? [`${key} was prepared ${Math.round(readAt - preparedAt)} ms ago and never delivered`] : [];
    }
    if (last.way === 'accept') return [];
    return [`${key}: the target answered (${last.way}) ${Math.round(readAt - last.at)} ms ago, in vain`];
  });
}

/** Everything that the target was given, before this was stored, although it was never prepared. */
export function inventedDeliveries({ records, readAt }: Stored, deliveries: Deliveries): string[] {
  const prepared = new Set(attemptsOf(records).map(keyOf));
  return [...deliveries].flatMap(([key, [first]]) =>
    first !== undefined && first.at < readAt && !prepared.has(key) ? [key] : [],
  );
}

const keyOf = ({ record, retryState }: Attempt): string => `${record.id}:${retryState.retries}`;

function attemptsOf(records: readonly StoredRecord[]): Attempt[] {
  return records.flatMap((record) =>
    record.streams.flatMap(({ body: [event], createTime }) => {
      if (event.name !== 'compensation_prepared' || event.body.function.contextName !== PUSHED) return [];
      return [{ record, retryState: event.body.retryState, preparedAt: createTime }];
    }),
  );
}
