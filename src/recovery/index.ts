export { runStarter } from './starter.ts';
