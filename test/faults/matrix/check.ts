import { brokenAnswers, undecidedWishes, unwantedEffects } from '../../support/fault-answers.ts';
import { inventedDeliveries, lostDeliveries } from '../../support/fault-deliveries.ts';
import { disorderOfFeed, missedByFeed } from '../../support/fault-feed.ts';
import type { Send, Wish } from '../../support/fault-ledger.ts';
import { brokenRecords, overdueRecords } from '../../support/fault-records.ts';
import type { Evidence, Losses } from './evidence.ts';

/** Milliseconds in which what was only SENT is decided, while nothing is amiss. */
const DECIDED = 2_000;
/** Milliseconds by which a retry may be late on a machine that is busy with its own test. */
const TOLERANCE = 3_000;

/**
 * Everything that is wrong: with what the fault has left, once the time for that was over, and with all that was sent until
 * the end. What was late after the fault is not looked at a second time.
 */
export function verdict(settled: Evidence, final: Evidence): string[] {
  const late = unsettled(settled);
  return [...brokenPromises(final), ...(late.length > 0 ? late : unsettled(final))];
}

/** What may still be made up for: as long as there is any of it, the fault is not over for the product. */
export function unsettled(evidence: Evidence): string[] {
  const { stored, deliveries, seen, workflows } = evidence;
  return [
    ...brokenAnswers(heldTo(evidence).map(onlySent), stored),
    ...overdueRecords(stored, TOLERANCE),
    ...lostDeliveries(stored, deliveries),
    ...missedByFeed(seen, stored),
    ...workflows,
  ];
}

/** Every promise that was broken for good. */
export function brokenPromises(evidence: Evidence): string[] {
  const { wishes, stored, deliveries, seen, refusedPlaces, losses } = evidence;
  return [
    ...brokenAnswers(heldTo(evidence), stored),
    ...undecidedWishes(wishes),
    ...unwantedEffects(wishes, stored),
    ...brokenRecords(stored),
    ...(losses.postgres === undefined ? [...inventedDeliveries(stored, deliveries), ...refusedPlaces] : []),
    ...disorderOfFeed(seen, stored),
  ];
}

/** The wishes, with the answers to which the product is held. */
function heldTo({ wishes, stored, losses }: Evidence): Wish[] {
  const createdAt = new Map(stored.records.map(({ id, streams }) => [id, streams[0]?.createTime ?? 0]));
  return wishes.map((wish) => ({
    ...wish,
    sends: wish.sends.map((send) => {
      // Sent to a record that was lost, and perhaps created anew later: there was nothing to decide it on.
      const isInVain =
        wish.name !== 'create_execution_failed' && send.at < (createdAt.get(wish.aggregateId ?? '') ?? Infinity);
      return isExcused(send, losses, isInVain) ? forgotten(send) : send;
    }),
  }));
}

/** As if its answer had been lost: that it was sent explains what became of the others. */
const forgotten = (send: Send): Send => ({ ...send, answer: { kind: 'lost', reason: 'by the fault' } });

/** What was answered SENT may be decided a moment later. */
const onlySent = (wish: Wish): Wish => ({ ...wish, sends: wish.sends.filter(isOnlySent) });

const isOnlySent = ({ answer }: Send): boolean =>
  answer?.kind === 'result' && answer.result.succeeded && answer.result.stage === 'SENT';

/** Answers that were true, until what they tell of was lost. */
function isExcused(send: Send, { temporalAt, postgres }: Losses, isInVain: boolean): boolean {
  const { at, answeredAt = Infinity, answer } = send;
  if (answer?.kind !== 'result') return false;
  if (temporalAt !== undefined && isOnlySent(send) && at <= temporalAt) return true;
  // What was only SENT when the backup was taken was decided afterwards, in what was lost; its workflow is done with it.
  if (postgres === undefined || answeredAt + (isOnlySent(send) ? DECIDED : 0) < postgres.since) return false;
  // Nothing that is told as done after the restoration was done before it.
  if (answer.result.succeeded && !isOnlySent(send)) return answeredAt <= postgres.until;
  return at <= postgres.until || isInVain;
}
