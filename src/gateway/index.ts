export { readCommandBody } from '../command-handler/index.ts';
export * from './errors.ts';
export type { Executions } from './executions.ts';
export { type Reply, type RunningGateway, createGateway } from './gateway.ts';
export * from './messages.ts';
export { readWaitSignal } from './wait-signal.ts';
