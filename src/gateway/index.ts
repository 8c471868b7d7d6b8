export { functionInfo, object, readBody, readCommandBody, text } from '../command-handler/index.ts';
export * from './errors.ts';
export { createGateway } from './gateway.ts';
export { aggregateIdProblem, requestIdProblem, reservedIdProblem } from './ids.ts';
export * from './messages.ts';
export { readWaitSignal } from './wait-signal.ts';
