import { describe, expect, test } from 'vitest';
import { type Answer, judgeAnswer } from '../../src/dispatch/answer.ts';
import type { DeliveryOutcome } from '../../src/dispatch/index.ts';
import { T0 } from '../domain/given.ts';

const judge = (changes: Partial<Answer>): DeliveryOutcome =>
  judgeAnswer(
    'orders',
    { status: 500, retryAfter: null, location: null, body: '', truncated: false, broken: null, ...changes },
    T0,
  );
const json = (body: unknown): DeliveryOutcome => judge({ body: JSON.stringify(body) });

const plain = { errorCode: 'HttpStatus500', succeeded: false };

describe('an error in JSON', () => {
  test('becomes the error of the record', () => {
    const bindingErrors = [{ name: 'amount', msg: 'too small' }];
    const error = { errorCode: 'Refused', errorMsg: 'no', stackTrace: 'at x', bindingErrors };
    expect(json({ ...error, succeeded: true, extra: 1 })).toEqual({
      kind: 'failed',
      error: { ...error, succeeded: false },
      executeAt: T0,
      notBefore: null,
    });
  });

  test.each(['RECOVERABLE', 'unrecoverable', 'Unknown'])('may say that the failure is %s', (recoverable) => {
    expect(json({ recoverable })).toMatchObject({ recoverable: recoverable.toUpperCase() });
  });

  test('leaves recoverable as it is where it does not name one that exists', () => {
    for (const recoverable of ['maybe', '', 1, null, {}])
      expect(json({ recoverable })).not.toHaveProperty('recoverable');
  });

  test('is taken over field by field, each where it is what it should be', () => {
    expect(json({ errorCode: 7, errorMsg: 'no', stackTrace: null, bindingErrors: 'x' })).toMatchObject({
      error: { errorCode: 'HttpStatus500', errorMsg: 'no', stackTrace: expect.stringContaining('"errorMsg":"no"') },
    });
    expect(json({ errorCode: ' ', errorMsg: '', bindingErrors: [{ name: 1 }] })).toMatchObject({ error: plain });
    expect(json({ errorCode: 'X', bindingErrors: [] })).not.toHaveProperty('error.bindingErrors');
  });

  test('cannot call a failure Ok', () => {
    expect(json({ errorCode: 'Ok' })).toMatchObject({ error: plain });
  });

  test('cannot hold what the store cannot', () => {
    expect(json({ errorMsg: 'a\0b\ud800', bindingErrors: [{ name: '\0', msg: '\udc00' }] })).toMatchObject({
      error: { errorMsg: 'a\ufffdb\ufffd', bindingErrors: [{ name: '\ufffd', msg: '\ufffd' }] },
    });
  });

  test.each(['[]', 'null', '1', '"x"', '{"errorCode":"X"', '<html>'])('is not seen in %s', (body) => {
    expect(judge({ body })).toMatchObject({ error: { ...plain, stackTrace: body } });
  });
});

describe('an error in plain text', () => {
  test('is the message on one line, cut where it is long, and the stack trace as it is', () => {
    const body = `${'x'.repeat(200)}\n\n${'y'.repeat(200)}\0`;
    expect(judge({ body })).toMatchObject({
      error: {
        errorMsg: `Target "orders" answered 500: ${'x'.repeat(200)} ${'y'.repeat(99)}…`,
        stackTrace: `${'x'.repeat(200)}\n\n${'y'.repeat(200)}\ufffd`,
      },
    });
  });

  test('is not cut where it has 300 characters', () => {
    expect(judge({ body: 'x'.repeat(300) })).toMatchObject({
      error: { errorMsg: `Target "orders" answered 500: ${'x'.repeat(300)}` },
    });
  });

  test('may be missing', () => {
    expect(judge({ body: ' \n' })).toMatchObject({
      error: { errorMsg: 'Target "orders" answered 500 without a body.' },
    });
  });

  test('may be incomplete, and then says why', () => {
    const broken = { errorCode: 'ConnectionLost', errorMsg: 'it broke off.' };
    expect(judge({ body: 'half', broken })).toMatchObject({ error: { ...plain, stackTrace: 'half\n[it broke off.]' } });
  });
});

test.each([199, 300, 399])('status %i is no success', (status) => {
  expect(judge({ status })).toMatchObject({ kind: 'failed', error: { errorCode: `HttpStatus${status}` } });
});

test('a refused redirect keeps what was said beside it', () => {
  const body = 'moved';
  expect(judge({ status: 301, location: '/x', body })).toMatchObject({ error: { stackTrace: body } });
});

test('a location makes a redirect of a status below 400 only', () => {
  expect(judge({ status: 302, location: '/x' })).toMatchObject({ error: { errorCode: 'RedirectRefused' } });
  expect(judge({ status: 400, location: '/x' })).toMatchObject({ error: { errorCode: 'HttpStatus400' } });
  expect(judge({ status: 302 })).toMatchObject({ error: { errorCode: 'HttpStatus302' } });
});

test('only a failure can ask to be left alone', () => {
  expect(judge({ retryAfter: '7' })).toMatchObject({ notBefore: T0 + 7_000 });
  expect(judge({ status: 200, retryAfter: '7' })).toEqual({ kind: 'succeeded', executeAt: T0 });
  expect(judge({ status: 202, retryAfter: '7' })).toEqual({ kind: 'accepted' });
});

test('a success that broke off is the failure that broke it', () => {
  const broken = { errorCode: 'ConnectionLost', errorMsg: 'it broke off.' };
  expect(judge({ status: 200, body: '{"errorCode":"X"}', broken })).toMatchObject({
    kind: 'failed',
    error: { ...broken, stackTrace: '' },
  });
});
