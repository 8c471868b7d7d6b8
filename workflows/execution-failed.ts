import {
  CancellationScope,
  condition,
  continueAsNew,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { CommandMessage, Entry, Outcome } from '../src/domain/index.ts';
import { type Handled, type View, handle } from './activities.ts';
import { Deadline } from './deadline.ts';
import { Deliveries } from './deliveries.ts';
import { details, handleSummary, timerSummary } from './details.ts';
import { takeBatch } from './inbox.ts';
import { answer, isAwaited } from './replies.ts';
import { searchAttributes, searchedStatus } from './search-attributes.ts';
import { receiveSignals } from './signals.ts';

/** A longer history is slow to replay; Temporal itself would suggest to continue as new much later. */
const MAX_HISTORY_LENGTH = 1_000;

export interface ExecutionFailedInput {
  /** The aggregate id. */
  readonly id: string;
  /** The command that makes the record; left out where the record is there already. */
  readonly create?: CommandMessage;
  /** The newest attempt that an earlier run has delivered, and the era of the feed in which it did. */
  readonly delivered?: number;
  readonly era?: number;
}

/**
 * The life of one failed execution. Everything that matters is decided by `handle` and lies in Postgres; this loop
 * keeps the order of commands, waits for the deadline and hands over deliveries. A run knows nothing that Postgres does
 * not, so it may be ended and started again at any time; cancelling it has no effect.
 */
export async function executionFailed(input: ExecutionFailedInput): Promise<string> {
  return await CancellationScope.nonCancellable(() => attend(input));
}

async function attend({ id, create, delivered = 0, era: knownEra }: ExecutionFailedInput): Promise<string> {
  const inbox: Entry[] = create === undefined ? [] : [{ origin: 'signal', message: create }];
  let stale = false;
  let refusal = '';
  const lookAgain = (): void => {
    stale = true;
  };
  receiveSignals((message) => void inbox.push({ origin: 'signal', message }), lookAgain);
  const report = (message: CommandMessage) => void inbox.push({ origin: 'delivery', message });
  const deliveries = new Deliveries(id, delivered, report, lookAgain);
  const deadline = new Deadline();
  let version = 0;
  let era = knownEra;

  for (let entries = takeBatch(inbox); ;) {
    stale = false;
    const askedAt = Date.now();
    const known = await handle(id, entries, handleSummary(entries));
    answer(id, entries, known.outcomes);
    refusal = nextRefusal(refusal, entries, known.outcomes);
    show(id, known, refusal);
    // Postgres was restored from a backup. Commands that came first may have given the record as many versions again.
    if (known.version < version || isLater(known.era, era)) deliveries.forget(known.version < version);
    version = known.version;
    era = known.era ?? era;
    deadline.set(known.deadline, known.now, ageOf(known, askedAt), timerSummary(known.view));
    const over = isOver(known.view);
    if (over) deliveries.cancel();
    else if (known.delivery !== null) deliveries.start(known.delivery);

    const busy = (): boolean => inbox.length > 0 || deadline.due || stale;
    if (!busy() && deliveries.inFlight === 0 && isHistoryLong()) {
      await continueAsNew<typeof executionFailed>({
        id,
        delivered: deliveries.delivered,
        ...(era !== undefined && { era }),
      });
    }
    await condition(() => busy() || (over && deliveries.inFlight === 0));
    if (!busy()) return known.view === null ? 'no record' : searchedStatus(known.view);
    entries = nextEntries(inbox, deadline, known);
  }
}

const isLater = (era: number | undefined, known: number | undefined): boolean =>
  era !== undefined && known !== undefined && era > known;

/**
 * Milliseconds since it was decided: while no worker is there, a result may lie in the history for any time. The clocks of
 * Temporal and of the service may differ, but by no more than a result can be old it is wrong.
 */
function ageOf({ now }: Handled, askedAt: number): number {
  return Math.max(0, Math.min(Date.now() - now, Date.now() - askedAt));
}

/** Commands first; the timer's prepare is decided alone; nothing at all is a look at the record. */
function nextEntries(inbox: Entry[], deadline: Deadline, { version, deadline: at }: Handled): Entry[] {
  if (inbox.length > 0) return takeBatch(inbox);
  return deadline.due && at !== null ? [{ origin: 'timer', version, deadline: at }] : [];
}

/** Nothing will happen any more unless a command comes, which starts a new run. */
const isOver = (view: View | null): boolean => view === null || view.deleted || view.status === 'SUCCEEDED';

function isHistoryLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_HISTORY_LENGTH;
}

/** Why the newest signal without a waiting caller was refused; one that is accepted clears it. */
function nextRefusal(refusal: string, entries: readonly Entry[], outcomes: readonly Outcome[]): string {
  return entries.reduce((last, entry, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined || entry.origin !== 'signal') return last;
    if (outcome.ok) return '';
    return isAwaited(entry.message) ? last : `${entry.message.name.slice(0, 100)}: ${outcome.message}`;
  }, refusal);
}

/** Details cost no event; search attributes cost one, and a row in every index of the visibility store. */
function show(id: string, known: Handled, refusal: string): void {
  setCurrentDetails(details(id, known, refusal));
  const { view } = known;
  if (view?.searchable !== true) return;
  const attributes = searchAttributes({ ...view, due: known.deadline !== null });
  const { typedSearchAttributes: shown } = workflowInfo();
  if (attributes.some(({ key, value }) => shown.get(key) !== value)) upsertSearchAttributes(attributes);
}
