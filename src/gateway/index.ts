export { readCommandBody } from '../command-handler/index.ts';
export { readCompensationTarget } from './compensation-target.ts';
export * from './errors.ts';
export { createGateway } from './gateway.ts';
export * from './messages.ts';
export { readWaitSignal } from './wait-signal.ts';
