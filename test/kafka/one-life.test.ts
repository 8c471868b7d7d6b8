import { expect, it } from 'vitest';
import { fit } from '../../src/kafka/fitting.ts';
import { createTranslator } from '../../src/kafka/translator.ts';
import type { FeedEntry, Pool } from '../../src/store/index.ts';
import { SILENT } from '../support/store.ts';
import { type Message, ONE_LIFE, asSent } from './one-life.ts';

const { created, prepared, failedApplied, successApplied } = ONE_LIFE;
const RETRIED = ONE_LIFE.successAppliedState['state'] as { readonly retryState: object };

/** The second prepare, which the document only tells of. */
const preparedAgain: Message = {
  ...prepared,
  version: 4,
  body: (prepared['body'] as Message[]).map((event) => ({
    ...event,
    body: { ...(event['body'] as object), retryState: RETRIED.retryState },
  })),
};

const toEntry = (message: Message, index: number): FeedEntry => ({
  cursor: { era: 1, transactionId: BigInt(index), position: BigInt(index) },
  kind: 'EVENT',
  event: 'execution_failed_created',
  function: null,
  // As it is stored.
  message: JSON.stringify({ ...asSent(message), size: 1 }),
});

it('publishes one life message by message as Wow does', async () => {
  const pool = {
    query: () => Promise.reject(new Error('states that follow one another are not looked up')),
  } as unknown as Pool;
  const translator = createTranslator({ pool, publishesPrepared: () => true, log: SILENT });
  const life = [created, prepared, failedApplied, preparedAgain, successApplied];
  const outgoing = await translator.translate(life.map(toEntry));
  const sent = outgoing.map(({ kind, message }) => {
    const fitting = fit(kind, message, 1_048_576);
    if (!fitting.ok) throw new Error(fitting.reason);
    return { kind, key: fitting.key, message: JSON.parse(fitting.value) as Message };
  });
  const key = '0VbmUhk0000C005';
  expect(sent.filter(({ kind }) => kind === 'event')).toEqual(
    life.map((message) => ({ kind: 'event', key, message: asSent(message) })),
  );
  const states = sent.filter(({ kind }) => kind === 'state');
  expect(states).toHaveLength(life.length);
  expect(states[0]).toEqual({ kind: 'state', key, message: asSent(ONE_LIFE.createdState) });
  expect(states[4]).toEqual({ kind: 'state', key, message: asSent(ONE_LIFE.successAppliedState) });
  expect(states.map(({ message }) => (message['state'] as Message)['status'])).toEqual([
    'FAILED',
    'PREPARED',
    'FAILED',
    'PREPARED',
    'SUCCEEDED',
  ]);
});
