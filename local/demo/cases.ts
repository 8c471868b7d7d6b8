import {
  chargeCard,
  createMailServer,
  type Handler,
  indexProduct,
  type MailServer,
  printLabel,
  reserveStock,
} from './handlers.ts';

/** One event handler of the shop and the way in which it fails. */
export interface DemoCase {
  readonly number: number;
  readonly processor: string;
  readonly function: string;
  readonly handler: Handler;
  /** What is going to happen, in a few words. */
  readonly plan: string;
  /** Durations in seconds. */
  readonly retrySpec: { readonly maxRetries: number; readonly minBackoff: number; readonly executionTimeout: number };
  /** What has to happen, each possibility in the words of {@link describePath}. */
  readonly paths: readonly string[];
  /** When its event occurs, milliseconds after the start of the story. */
  readonly startsAt: number;
}

/** The context that all handlers of the shop belong to. */
export const SHOP_CONTEXT = 'demo-shop';

/** The case in which a person has to help, and how. */
export interface DemoCases {
  readonly all: readonly DemoCase[];
  /** Runs out of retries. */
  readonly stuck: DemoCase;
  readonly mailServer: MailServer;
}

/** The cases anew: their handlers know what they have done before. */
export function createCases(): DemoCases {
  const mailServer = createMailServer();
  const stuck: DemoCase = {
    number: 3,
    processor: 'MailSender',
    function: 'onOrderPlaced',
    handler: mailServer.sendMail,
    plan: 'fails until its retries are used up; a person steps in',
    retrySpec: { maxRetries: 3, minBackoff: 1, executionTimeout: 3 },
    paths: ['failed, retry, failed, retry, failed, retry, failed, retry by hand, recovered'],
    startsAt: 3_000,
  };
  const all: readonly DemoCase[] = [
    {
      number: 1,
      processor: 'StockProjection',
      function: 'onOrderPlaced',
      handler: reserveStock,
      plan: 'two retries fail too, the third works',
      retrySpec: { maxRetries: 5, minBackoff: 1, executionTimeout: 3 },
      paths: ['failed, retry, failed, retry, failed, retry, recovered'],
      startsAt: 0,
    },
    {
      number: 2,
      processor: 'PaymentSaga',
      function: 'onOrderPlaced',
      handler: chargeCard,
      plan: 'the first retry hangs past its timeout, the second works',
      retrySpec: { maxRetries: 3, minBackoff: 2, executionTimeout: 2 },
      // The attempt is over at its timeout, whether or not the delivery still says so.
      paths: ['failed, retry, failed, retry, recovered', 'failed, retry, retry, recovered'],
      startsAt: 1_500,
    },
    stuck,
    {
      number: 4,
      processor: 'SearchIndexer',
      function: 'onProductChanged',
      handler: indexProduct,
      plan: 'fails with a stack trace of more than 64 KiB',
      retrySpec: { maxRetries: 3, minBackoff: 1, executionTimeout: 3 },
      paths: ['failed, retry, recovered'],
      startsAt: 4_500,
    },
    {
      number: 5,
      processor: 'ShippingSaga',
      function: 'onOrderPlaced',
      handler: printLabel,
      plan: 'takes its retry over with 202 and reports back later',
      retrySpec: { maxRetries: 3, minBackoff: 1, executionTimeout: 3 },
      paths: ['failed, retry, recovered'],
      startsAt: 6_000,
    },
  ];
  return { all, stuck, mailServer };
}
