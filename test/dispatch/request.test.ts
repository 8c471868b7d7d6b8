import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { deliverHttp } from '../../src/dispatch/index.ts';
import { ID } from '../domain/given.ts';
import { httpTarget, NEVER, preparedRetry, type Received, startService } from './service.ts';

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString('base64')}`;

/** What a service gets of one delivery. */
async function received(
  settings: Readonly<Record<string, unknown>> = {},
  prepared = preparedRetry(),
): Promise<Received> {
  const service = await startService((_request, response) => response.end());
  await deliverHttp(await httpTarget({ url: service.url, ...settings }), prepared, NEVER);
  const [request] = service.requests;
  if (request === undefined) throw new Error('nothing was received');
  return request;
}

test('a delivery is a POST to the URL of the target, with its query', async () => {
  expect(await received()).toMatchObject({ method: 'POST', path: '/retries?from=redress' });
});

test('its body is the prepared retry under its key', async () => {
  const prepared = preparedRetry();
  expect(JSON.parse((await received({}, prepared)).body)).toEqual({ idempotencyKey: `${ID}:1`, ...prepared });
});

test('its headers say what it is, which attempt, and until when the answer has to be there', async () => {
  const prepared = preparedRetry({ attempt: 3 });
  const { headers } = await received({}, prepared);
  expect(headers).toMatchObject({
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'idempotency-key': `${ID}:3`,
    'redress-attempt': '3',
    'redress-deadline': String(prepared.deadline),
    'user-agent': 'Redress',
  });
});

test('the deadline it names is the one that holds, in header and body', async () => {
  const before = Date.now();
  const { headers, body } = await received({ timeout: 5 });
  const deadline = Number(headers['redress-deadline']);
  expect(deadline).toBeGreaterThanOrEqual(before + 5_000);
  expect(deadline).toBeLessThan(before + 10_000);
  expect(JSON.parse(body)).toMatchObject({ deadline });
});

test('the headers of the target travel with it', async () => {
  const { headers } = await received({ headers: { Authorization: 'Bearer t-1', 'X-Name': 'é' } });
  expect(headers).toMatchObject({ authorization: 'Bearer t-1', 'x-name': 'é' });
});

test('without a secret it is not signed', async () => {
  const { headers } = await received();
  expect(Object.keys(headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);
});

test('with a secret it passes the check of Standard Webhooks, and any other text does not', async () => {
  const { headers, body } = await received({ secret: SECRET }, preparedRetry({ executionId: 'Größe 1' }));
  const signed = headers as Record<string, string>;
  expect(new Webhook(SECRET).verify(body, signed)).toEqual(JSON.parse(body));
  expect(() => new Webhook(SECRET).verify(`${body} `, signed)).toThrow();
  expect(() => new Webhook(SECRET).verify(body, { ...signed, 'webhook-id': `${ID}:2` })).toThrow();
  expect(() => new Webhook(`whsec_${Buffer.alloc(32).toString('base64')}`).verify(body, signed)).toThrow();
});

test('the signature is an HMAC over key, time and body, which any language can check', async () => {
  const { headers, body } = await received({ secret: SECRET });
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', KEY).update(text).digest('base64')}`);
  expect(headers['webhook-id']).toBe(headers['idempotency-key']);
  expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(10);
});
