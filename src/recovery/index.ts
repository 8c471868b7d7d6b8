export { type Removal, removeFinishedRecords } from './removal.ts';
export { runRetention } from './retention.ts';
export { runStarter } from './starter.ts';
export { type Survey, surveyFinishedRecords } from './survey.ts';
