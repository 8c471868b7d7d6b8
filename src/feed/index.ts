export { type Feed, createFeed } from './feed.ts';
export type { Page } from './page.ts';
export { type RedeliveryTarget, compensateHeader, redeliverVersion, resendStateEvents } from './redelivery.ts';
export { type Subscriber, runSubscriber } from './subscriber.ts';
