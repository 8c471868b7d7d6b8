export { deliverHttp } from './deliver-http.ts';
export type { Lookup } from './guarded-lookup.ts';
export type { DeliveryOutcome } from './outcome.ts';
export { idempotencyKey, type PreparedRetry, prepareRetry, toArgument } from './prepared-retry.ts';
export type { HttpTarget, Target, Targets } from './target.ts';
export { createTally, TALLY_MINUTES, type Tally } from './tally.ts';
export { loadTargets } from './targets-file.ts';
export { TargetsFileError } from './targets-file-error.ts';
export { type WatchedTargets, watchTargets } from './watched-targets.ts';
