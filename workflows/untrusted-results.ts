import type { ActivateInput } from '@temporalio/workflow';
import { isReadable } from './readable.ts';

type ActivityResolution = NonNullable<
  NonNullable<NonNullable<ActivateInput['activation']['jobs']>[number]['resolveActivity']>['result']
>;
type Failure = NonNullable<NonNullable<ActivityResolution['failed']>['failure']>;
type Payloads = NonNullable<NonNullable<Failure['applicationFailureInfo']>['details']>;

/** A failure may have causes of causes without end. */
const MAX_CAUSES = 100;

/**
 * Workers in other hands return what they like, encrypted or in formats of their own, at which the SDK would throw: the
 * record would stand still for ever. What cannot be read is taken out, and what is left says whether it worked.
 */
export function makeResultReadable(result: ActivityResolution): void {
  const { completed, failed, cancelled } = result;
  if (completed?.result && !isReadable(completed.result)) completed.result = null;
  for (const end of [failed, cancelled]) if (end?.failure) makeFailureReadable(end.failure);
}

function makeFailureReadable(failure: Failure): void {
  let next: Failure = failure;
  for (let depth = 0; depth < MAX_CAUSES; depth += 1) {
    if (next.encodedAttributes && !isReadable(next.encodedAttributes)) next.encodedAttributes = null;
    makePayloadsReadable(next.applicationFailureInfo?.details);
    makePayloadsReadable(next.canceledFailureInfo?.details);
    makePayloadsReadable(next.timeoutFailureInfo?.lastHeartbeatDetails);
    makePayloadsReadable(next.resetWorkflowFailureInfo?.lastHeartbeatDetails);
    if (!next.cause) return;
    next = next.cause;
  }
  next.cause = null;
}

/** All or none: the place of a detail is its meaning. */
function makePayloadsReadable(payloads: Payloads | null | undefined): void {
  if (payloads?.payloads?.every(isReadable) === false) payloads.payloads = [];
}
