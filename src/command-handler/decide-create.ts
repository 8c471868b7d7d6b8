import { type Entry, type Refusal, decide, duplicateAggregate, duplicateRequest } from '../domain/index.ts';
import { StoreConflict, StoreRefused, findOutcomes, loadRecord, recordRefusal } from '../store/index.ts';
import { type Decision, type DecisionDeps, decideSafely, storeFirst } from './decision.ts';
import { readCommand, readIds } from './read-command.ts';
import { refusedByIds, refusedByStore, refusedOutcome } from './refusals.ts';

/** Decides a create. It locks nothing: one statement stores it, and the unique keys decide between two sent at once. */
export async function decideCreate(
  deps: DecisionDeps,
  id: string,
  { origin, message }: Extract<Entry, { origin: 'signal' | 'delivery' }>,
  epoch: number,
): Promise<Decision> {
  const about = { name: 'create_execution_failed', origin, lateness: null, isRepeated: false } as const;
  const { commandId } = readIds(message);
  const refused = async (version: number, refusal: Refusal): Promise<Decision> => {
    const outcome = refusedOutcome(commandId, version, refusal);
    await recordRefusal(deps.pool, commandId, id, version, outcome);
    return { ...about, outcome, record: await loadRecord(deps.pool, id) };
  };

  const unrecorded = refusedByIds(message, 0);
  if (unrecorded !== null) return { ...about, outcome: unrecorded, record: await loadRecord(deps.pool, id) };
  const read = readCommand(id, message, origin, { retrySpec: deps.retryDefaults });
  if (!read.ok) return refused(0, read);
  const now = deps.now();
  const decision = decideSafely(deps, () => decide(null, read.command, now));
  if (!decision.ok) return refused(0, decision);
  try {
    const { record, outcome } = await storeFirst(deps, read.command, decision.event, now, epoch);
    return { ...about, record, outcome };
  } catch (error) {
    if (error instanceof StoreRefused) return refused(0, refusedByStore(error));
    if (!(error instanceof StoreConflict)) throw error;
    // The same create executed again finds what it did the first time.
    const [recorded] = await findOutcomes(deps.pool, [commandId]);
    if (recorded?.aggregateId === id) {
      return { ...about, outcome: recorded, record: await loadRecord(deps.pool, id), isRepeated: true };
    }
    return refused(1, isIdTaken(error) ? duplicateAggregate(id) : duplicateRequest(read.command.requestId));
  }
}

const isIdTaken = ({ constraint }: StoreConflict): boolean =>
  constraint === 'event_stream_version_key' || constraint === 'snapshot_key';
