export { type BatchResult, runBatch } from './batch.ts';
export {
  type StateEvent,
  type VersionRange,
  snapshotAtTime,
  snapshotAtVersion,
  stateEvent,
  traceRecord,
} from './history.ts';
export { regenerateSnapshot } from './regenerate.ts';
export { SourcingConflict } from './sourcing-conflict.ts';
export { type Version, sourceVersions } from './sourcing.ts';
