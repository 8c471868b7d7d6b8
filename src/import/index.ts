export { ImportRuns, type Progress, type Refused, importHistories } from './import-histories.ts';
