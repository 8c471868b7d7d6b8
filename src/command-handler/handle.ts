import type { Entry, Outcome } from '../domain/index.ts';
import { type StoredRecord, StoreUnavailable, engageRecord, loadRecord } from '../store/index.ts';
import { decideCreate } from './decide-create.ts';
import { decideRetry } from './decide-retry.ts';
import { decideUpdate } from './decide-update.ts';
import type { Decision, DecisionDeps } from './decision.ts';

/** After so many milliseconds no further command of a batch is begun: the activity's own time limit must not strike first. */
const GIVE_UP_AFTER = 5_000;

export interface CommandHandlerDeps extends DecisionDeps {
  /** Told of every decision once, for whoever counts. */
  readonly onDecided: (decision: Decision) => void;
}

/** The outcomes in the order of the commands, and the record as it stands now (null: there is none). */
export interface HandleResult {
  readonly outcomes: readonly Outcome[];
  readonly record: StoredRecord | null;
}

export interface CommandHandler {
  /**
   * Decides each entry on the newest state of the record, one short transaction each, and records the decision: events
   * and snapshot, or the refusal. Executed again with the same commands it comes to the same answers.
   * `epoch` is the Temporal epoch in which the record's workflow runs; 0: it is not known to run.
   * @throws StoreUnavailable; what was decided before that stays decided
   */
  handle(id: string, entries: readonly Entry[], epoch: number): Promise<HandleResult>;
}

/** The one place where commands are decided, for the workflow's activity and the gateway alike. */
export function createCommandHandler(deps: CommandHandlerDeps): CommandHandler {
  return {
    async handle(id, entries, epoch) {
      const startedAt = performance.now();
      const decisions: Decision[] = [];
      for (const entry of entries) {
        if (performance.now() - startedAt > GIVE_UP_AFTER)
          throw new StoreUnavailable('it takes too long for one batch');
        const decision = await decideEntry(deps, id, entry, epoch);
        if (!decision.isRepeated) deps.onDecided(decision);
        decisions.push(decision);
      }
      const last = decisions.at(-1);
      const record = last === undefined ? await loadRecord(deps.pool, id) : last.record;
      if (record !== null && record.engaged < epoch) await engageRecord(deps.pool, id, epoch);
      return { outcomes: decisions.map(({ outcome }) => outcome), record };
    },
  };
}

function decideEntry(deps: DecisionDeps, id: string, entry: Entry, epoch: number): Promise<Decision> {
  if (entry.origin === 'timer') return decideRetry(deps, id, entry, epoch);
  return entry.message.name === 'create_execution_failed'
    ? decideCreate(deps, id, entry, epoch)
    : decideUpdate(deps, id, entry, epoch);
}
