export { type Removal, removeFinishedRecords } from './removal.ts';
export { runPruning } from './pruning.ts';
export { runRetention } from './retention.ts';
export { runStarter } from './starter.ts';
export { runSweep } from './sweep.ts';
export { type Survey, surveyFinishedRecords } from './survey.ts';
