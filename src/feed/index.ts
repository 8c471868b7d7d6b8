export { type Feed, createFeed } from './feed.ts';
export { type RedeliveryTarget, redeliverVersion, resendStateEvents } from './redelivery.ts';
export { type Subscriber, runSubscriber } from './subscriber.ts';
export type { Page } from './tail.ts';
