import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import type { Execution, Handler } from '../../local/demo/handlers.ts';
import { openShop } from '../../local/demo/shop.ts';
import { until } from './support.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A shop with one handler, which keeps what it was given and then does as `handler` does. */
async function openShopWith(handler: Handler) {
  const executions: Execution[] = [];
  const reports: string[] = [];
  const shop = await openShop({
    secret: SECRET,
    cases: [
      {
        processor: 'StockProjection',
        function: 'onOrderPlaced',
        handler: (execution) => {
          executions.push(execution);
          return handler(execution);
        },
      },
    ],
    reportSuccess: (id, attempt) => Promise.resolve(void reports.push(`${id}:${attempt}`)),
  });
  onTestFinished(() => shop.close());
  return { shop, executions, reports };
}

/** Delivers an attempt as Redress does. */
function deliver(url: string, attempt: number, secret = SECRET): Promise<Response> {
  const key = `id:${attempt}`;
  const body = JSON.stringify({
    idempotencyKey: key,
    executionId: 'id',
    attempt,
    eventId: {},
    deadline: Date.now() + 60_000,
    function: { contextName: 'demo-shop', processorName: 'StockProjection', name: 'onOrderPlaced' },
  });
  const at = new Date();
  const headers = {
    'webhook-id': key,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(key, at, body),
  };
  return fetch(url, { method: 'POST', headers, body });
}

const succeed: Handler = () => Promise.resolve({ kind: 'done' });

test('the shop executes an attempt once, however often it is delivered, and answers the same', async () => {
  const { shop, executions } = await openShopWith(() => Promise.reject(new Error('out of stock')));
  const answers = await Promise.all([deliver(shop.url, 1), deliver(shop.url, 1), deliver(shop.url, 2)]);
  expect(answers.map(({ status }) => status)).toEqual([500, 500, 500]);
  expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([
    { errorMsg: 'out of stock' },
    { errorMsg: 'out of stock' },
    { errorMsg: 'out of stock' },
  ]);
  expect(executions.map(({ attempt }) => attempt).sort()).toEqual([1, 2]);
  expect(shop.deliveries).toHaveLength(2);
});

test('the shop executes nothing that is not signed with its secret', async () => {
  const { shop, executions } = await openShopWith(succeed);
  const unsigned = await fetch(shop.url, { method: 'POST', body: '{}' });
  const forged = await deliver(shop.url, 1, `whsec_${Buffer.alloc(32, 8).toString('base64')}`);
  expect([unsigned.status, forged.status]).toEqual([401, 401]);
  expect(executions).toEqual([]);
  expect(shop.refused()).toBe(2);
});

test('work that goes on is answered with 202 and reported when it is done', async () => {
  const { shop, reports } = await openShopWith(() =>
    Promise.resolve({ kind: 'accepted', work: new Promise((resolve) => setTimeout(resolve, 50)) }),
  );
  expect((await deliver(shop.url, 3)).status).toBe(202);
  expect(reports).toEqual([]);
  await until(() => reports.length > 0);
  expect(reports).toEqual(['id:3']);
});

test('a shop that closes does not wait for a handler that hangs', async () => {
  const { shop, executions } = await openShopWith(
    ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('closed'));
        });
      }),
  );
  const hanging = deliver(shop.url, 1).catch(() => 'cut off');
  await until(() => executions.length > 0);
  await shop.close();
  expect(await hanging).toBe('cut off');
});
