export { type BodyReading, readBody } from './body-reading.ts';
export { aggregateId, bindingErrors, functionInfo } from './body-types.ts';
export { boolean, enumeration, expected, int32, int64, object, text } from './body-values.ts';
export { readCommandBody } from './command-body.ts';
export { StoreUnavailable } from '../store/index.ts';
export type { Decision } from './decision.ts';
export { readEventStream } from './read-event-stream.ts';
export { type CommandHandler, type HandleResult, createCommandHandler } from './handle.ts';
