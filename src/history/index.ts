export { BatchInterrupted } from './batch-interrupted.ts';
export { type BatchResult, runBatch } from './batch.ts';
export { type StateEvent, snapshotAtTime, snapshotAtVersion, stateEvent, traceRecord } from './history.ts';
export { regenerateSnapshot } from './regenerate.ts';
export { SourcingConflict } from './sourcing-conflict.ts';
export { sourceVersions } from './sourcing.ts';
