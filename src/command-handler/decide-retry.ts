import { type Command, type Entry, decide, refuse, retryId } from '../domain/index.ts';
import {
  type Client,
  type StoredRecord,
  disarmRecord,
  findPrecedent,
  lockRecord,
  recordRefusal,
} from '../store/index.ts';
import { type Decision, type DecisionDeps, type Settled, decideSafely, storeNext, timeFor } from './decision.ts';
import { refusedOutcome } from './refusals.ts';

/** Milliseconds by which a timer may be early: clocks differ a little. Where Temporal's has jumped, it is armed again. */
const TOLERANCE = 1_000;

type TimerEntry = Extract<Entry, { origin: 'timer' }>;

/**
 * Decides the prepare that the timer makes. It holds only for the very version that the timer was set for, and only once
 * that state's deadline has passed; otherwise it is superseded, which is no event and not recorded either.
 */
export async function decideRetry(deps: DecisionDeps, id: string, entry: TimerEntry, epoch: number): Promise<Decision> {
  const settled = await deps.pool.transaction((client) => decideLocked(deps, client, id, entry, epoch));
  const lateness = settled.outcome.ok && !settled.isRepeated ? Math.max(0, deps.now() - entry.deadline) : null;
  return { ...settled, name: 'prepare_compensation', origin: 'timer', lateness };
}

async function decideLocked(
  deps: DecisionDeps,
  client: Client,
  id: string,
  entry: TimerEntry,
  epoch: number,
): Promise<Settled> {
  const record = await lockRecord(client, id);
  const commandId = retryId(id, entry.version);
  const version = record?.snapshot.version ?? 0;
  const precedent = await findPrecedent(client, id, commandId, commandId);
  if (precedent.outcome !== null) {
    // A regeneration has given the record its deadline again.
    const isStillRefused = !precedent.outcome.ok && record?.snapshot.version === entry.version;
    return {
      outcome: precedent.outcome,
      record: isStillRefused ? await disarm(client, record) : record,
      isRepeated: true,
    };
  }

  const isEarly = entry.deadline - deps.now() > TOLERANCE;
  const now = timeFor(record, Math.max(deps.now(), entry.deadline));
  const due = record !== null && record.deadline !== null && record.deadline <= now && !isEarly;
  if (!deps.autoRetry || !due || version !== entry.version) {
    const superseded = refuse('Superseded', `The record has moved on from version ${entry.version}, or is not due.`);
    return { outcome: refusedOutcome(commandId, version, superseded), record, isRepeated: false };
  }
  const command = prepare(id, commandId);
  const decision = decideSafely(deps, () => decide(record.snapshot, command, now));
  if (decision.ok) return storeNext(deps, client, record, command, decision.event, now, epoch);

  deps.log.error({ id, version, code: decision.code, reason: decision.message }, 'a due retry was refused');
  await recordRefusal(client, commandId, id, version, decision);
  const outcome = refusedOutcome(commandId, version, decision);
  return { outcome, record: await disarm(client, record), isRepeated: false };
}

/** It would be refused again and again: nothing is due any more until somebody changes the record. */
async function disarm(client: Client, record: StoredRecord): Promise<StoredRecord> {
  await disarmRecord(client, record.snapshot.aggregateId);
  return { ...record, deadline: null };
}

const prepare = (id: string, commandId: string): Command => ({
  name: 'prepare_compensation',
  commandId,
  requestId: commandId,
  aggregateId: id,
  ownerId: '',
  spaceId: '',
  expectedVersion: null,
  attempt: null,
  header: {},
  body: {},
});
