export { deliverHttp } from './deliver-http.ts';
export type { Lookup } from './guarded-lookup.ts';
export type { DeliveryOutcome } from './outcome.ts';
export { idempotencyKey, type PreparedRetry, prepareRetry } from './prepared-retry.ts';
export type { HttpTarget, Targets } from './target.ts';
export { loadTargets } from './targets-file.ts';
export { TargetsFileError } from './targets-file-error.ts';
