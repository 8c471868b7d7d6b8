import {
  type CommandName,
  type Entry,
  type Refusal,
  decide,
  duplicateRequest,
  isCommandName,
  reject,
} from '../domain/index.ts';
import {
  type Client,
  type StoredRecord,
  StoreConflict,
  StoreRefused,
  findPrecedent,
  loadRecord,
  lockRecord,
  recordRefusal,
} from '../store/index.ts';
import { type Decision, type DecisionDeps, type Settled, decideSafely, storeNext, timeFor } from './decision.ts';
import { readCommand, readIds } from './read-command.ts';
import { refusedByIds, refusedByStore, refusedOutcome } from './refusals.ts';

/** A unique key that is taken meanwhile is looked at again; more often than this, something else is wrong. */
const MAX_CONFLICTS = 3;

type MessageEntry = Extract<Entry, { origin: 'signal' | 'delivery' }>;

/** Decides any command but create, in a transaction that holds the record's row from its first statement on. */
export async function decideUpdate(
  deps: DecisionDeps,
  id: string,
  entry: MessageEntry,
  epoch: number,
): Promise<Decision> {
  const { origin, message } = entry;
  const name: CommandName | 'unknown' = isCommandName(message.name) ? message.name : 'unknown';
  const about = { name, origin, lateness: null };
  for (let conflicts = 0; ;) {
    try {
      const settled = await deps.pool.transaction((client) => decideLocked(deps, client, id, entry, epoch));
      return { ...about, ...settled };
    } catch (error) {
      if (error instanceof StoreConflict && (conflicts += 1) < MAX_CONFLICTS) continue;
      if (!(error instanceof StoreRefused)) throw error;
      const record = await loadRecord(deps.pool, id);
      const version = record?.snapshot.version ?? 0;
      const { commandId } = readIds(message);
      const outcome = refusedOutcome(commandId, version, refusedByStore(error));
      await recordRefusal(deps.pool, commandId, id, version, outcome);
      return { ...about, outcome, record, isRepeated: false };
    }
  }
}

async function decideLocked(
  deps: DecisionDeps,
  client: Client,
  id: string,
  { origin, message }: MessageEntry,
  epoch: number,
): Promise<Settled> {
  const record = await lockRecord(client, id);
  const version = record?.snapshot.version ?? 0;
  const { commandId, requestId } = readIds(message);
  const refused = async (refusal: Refusal) => {
    const outcome = refusedOutcome(commandId, version, refusal);
    // Nobody waits for the outcome of a delivery, and one of the same attempt may still come that is not refused.
    if (origin === 'signal') await recordRefusal(client, commandId, id, version, outcome);
    return { outcome, record, isRepeated: false };
  };

  const unrecorded = refusedByIds(message, version);
  if (unrecorded !== null) return { outcome: unrecorded, record, isRepeated: false };
  const precedent = await findPrecedent(client, id, commandId, requestId);
  if (precedent.outcome !== null) {
    const isOwn = precedent.outcome.aggregateId === id;
    return { outcome: isOwn ? precedent.outcome : foreign(commandId, version), record, isRepeated: isOwn };
  }
  const read = readCommand(id, message, origin, { retrySpec: deps.retryDefaults });
  if (!read.ok) return refused(read);
  if (precedent.requestUsed) return refused(duplicateRequest(requestId));
  const now = timeFor(record, deps.now());
  const decision = decideSafely(deps, () => decide(record?.snapshot ?? null, read.command, now));
  if (!decision.ok) return refused(decision);
  return storeNext(deps, client, record as StoredRecord, read.command, decision.event, now, epoch);
}

/** Not recorded: the command id belongs to the other record's outcome. */
const foreign = (commandId: string, version: number) =>
  refusedOutcome(
    commandId,
    version,
    reject('IllegalArgument', `Command id [${commandId}] was used for another record: send it with one of its own.`),
  );
