import { AGGREGATE_NAME, CONTEXT_NAME, type EventBodies, type EventStream } from '../domain/index.ts';
import { compensateHeader } from '../feed/index.ts';
import { type StateEvent, traceRecord } from '../history/index.ts';
import { type Pool, loadEventStreams } from '../store/index.ts';
import type { Kind } from './fitting.ts';

/** A message that is published once more for one function. */
export interface Republished {
  readonly kind: Kind;
  readonly message: EventStream | StateEvent;
}

/**
 * What the owner of the event that a prepared retry is about has to publish again, where that owner is us: some handler
 * failed on an event of ours (messaging 2.1 and 2.3). Null: another service is the owner, or there is no such version.
 * @throws StoreUnavailable, SourcingConflict
 */
export async function republishOwn(
  pool: Pool,
  executionId: string,
  { eventId: { aggregateId: owner, version }, function: failed }: EventBodies['compensation_prepared'],
): Promise<Republished | null> {
  if (owner.contextName !== CONTEXT_NAME || owner.aggregateName !== AGGREGATE_NAME) return null;
  const withHeader = <Message extends EventStream | StateEvent>(message: Message): Message => ({
    ...message,
    header: { ...message.header, ...compensateHeader(executionId, failed) },
  });
  const id = owner.aggregateId;
  if (failed.functionKind === 'EVENT') {
    const [stream] = await loadEventStreams(pool, id, version, version, 1);
    return stream === undefined ? null : { kind: 'event', message: withHeader(stream) };
  }
  if (failed.functionKind !== 'STATE_EVENT') return null;
  for await (const state of traceRecord(pool, id, { head: version, tail: version })) {
    return { kind: 'state', message: withHeader(state) };
  }
  return null;
}
