export { executionFailed } from './execution-failed.ts';
