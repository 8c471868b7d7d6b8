export { readCommandBody } from './command-body.ts';
export type { Decision } from './decision.ts';
export { type CommandHandler, type HandleResult, createCommandHandler } from './handle.ts';
