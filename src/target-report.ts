import type { Decision } from './command-handler/index.ts';
import { TALLY_MINUTES, type Tally, type Target, type Targets, type WatchedTargets } from './dispatch/index.ts';
import type { TargetReport } from './http/index.ts';

/** Adds the outcome of a delivery to the tally; other decisions are none of its business. */
export function tallyOutcome(tally: Tally, targets: WatchedTargets, decision: Decision): void {
  const { origin, outcome, record, isRepeated } = decision;
  if (origin !== 'delivery' || !outcome.ok || isRepeated || record === null) return;
  const { id, status, function: f, retryState, error } = record.snapshot.state;
  const target = targets.forFunction(f).name;
  if (status === 'SUCCEEDED') tally.succeeded(target);
  else tally.failed(target, { executionId: id, attempt: retryState.retries, errorCode: error.errorCode });
}

/** What people may know of the targets; `since`: when this process began to count, epoch milliseconds. */
export function reportTargets(targets: WatchedTargets, tally: Tally, since: number): TargetReport {
  return {
    ...targets.state(),
    lately: { minutes: TALLY_MINUTES, since },
    targets: targets.all.map((target) => ({
      name: target.name,
      kind: target.kind,
      match: target.match,
      settings: settingsOf(target),
      lately: target.kind === 'event' ? null : tally.read(target.name),
    })),
  };
}

/** The targets whose retries are pushed and published on Kafka alike, since nobody has decided for one way. */
export function twoWayTargets(targets: Targets): string[] {
  return targets.all.flatMap((target) =>
    target.kind !== 'event' && target.publishPrepared === null ? [target.name] : [],
  );
}

/** Paths and queries of URLs may hold secrets, and so may the values of headers. */
function settingsOf(target: Target): Readonly<Record<string, unknown>> {
  switch (target.kind) {
    case 'event':
      return {};
    case 'http':
      return {
        origin: target.url.origin,
        isSigned: target.sign !== null,
        headers: Object.keys(target.headers()),
        timeout: target.timeout,
        publishPrepared: target.publishPrepared,
      };
    case 'temporal':
      return {
        taskQueue: target.taskQueue,
        heartbeatTimeout: target.heartbeatTimeout,
        publishPrepared: target.publishPrepared,
      };
    default:
      return target satisfies never;
  }
}
