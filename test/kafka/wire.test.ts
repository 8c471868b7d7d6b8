import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { COMMAND_MESSAGE, EVENT_STREAM_MESSAGE, STATE_EVENT_MESSAGE } from '../../src/kafka/wire/index.ts';
import { type Message, ONE_LIFE, asSent } from './one-life.ts';

/** Fields that readers do without or compute themselves, by the end of their path. */
const OPTIONAL = [/\.succeeded$/, /^aggregateVersion$/, /^(isVoid|allowCreate|ownerId)$/, /^body\.\w/, /^header\.\w/];
const ALWAYS_SENT = [/\.succeeded$/, /^header\.\w/];

function* paths(value: unknown, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const inner = [...path, key];
    if (typeof key === 'string') yield inner;
    yield* paths((value as Record<string | number, unknown>)[key], inner);
  }
}

/** The message with one field changed; `undefined` takes it away. */
function changed(message: Message, path: readonly (string | number)[], value: unknown): Message {
  const copy = structuredClone(message) as Record<string | number, unknown>;
  const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string | number, unknown>, copy);
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = value;
  return copy;
}

const accepted = (schema: z.ZodType, message: Message): boolean => schema.safeParse(message).success;

const { created, prepared, failedApplied, successApplied, createdState, successAppliedState } = ONE_LIFE;

describe.each([
  [
    'an event stream',
    EVENT_STREAM_MESSAGE,
    [created, prepared, failedApplied, successApplied].map(asSent),
    ALWAYS_SENT,
  ],
  ['a state event', STATE_EVENT_MESSAGE, [createdState, successAppliedState].map(asSent), ALWAYS_SENT],
  ['a command', COMMAND_MESSAGE, [ONE_LIFE.create, ONE_LIFE.prepare, ONE_LIFE.failed, ONE_LIFE.success], OPTIONAL],
] as const)('%s', (_name, schema, messages, optional) => {
  it('is taken as Wow sends it, whatever else it holds', () => {
    for (const message of messages) {
      expect(schema.safeParse(message).error?.issues ?? []).toEqual([]);
      expect(accepted(schema, { ...message, later: { more: 1 } })).toBe(true);
    }
  });

  it('is refused without any of the fields that a reader needs, and where one of them is null', () => {
    let required = 0;
    for (const message of messages) {
      for (const path of paths(message)) {
        const name = path.join('.');
        if (optional.some((pattern) => pattern.test(name))) continue;
        required += 1;
        expect(accepted(schema, changed(message, path, undefined)), `without ${name}`).toBe(false);
        expect(accepted(schema, changed(message, path, null)), `null as ${name}`).toBe(false);
      }
    }
    expect(required).toBeGreaterThan(40);
  });
});

describe('what is published', () => {
  it.each<[what: string, path: (string | number)[], value: unknown]>([
    ['a header that is no text', ['header', 'local_first'], true],
    ['no events', ['body'], []],
    ['the class of another event', ['body', 0, 'bodyType'], 'me.ahoo.wow.compensation.api.CompensationPrepared'],
    ['an event that we do not know', ['body', 0, 'name'], 'execution_failed_forgotten'],
    ['a number that Kotlin cannot hold', ['body', 0, 'body', 'retrySpec', 'maxRetries'], 2 ** 31],
    ['another context', ['contextName'], 'order-service'],
    ['a version before the first', ['version'], 0],
  ])('never has %s', (_what, path, value) => {
    expect(accepted(EVENT_STREAM_MESSAGE, changed(asSent(created), path, value))).toBe(false);
  });
});

describe('a command that comes in', () => {
  it('may leave out what older senders do not know, and has texts in its header', () => {
    const { ownerId: _owner, isVoid: _void, allowCreate: _allow, ...sent } = ONE_LIFE.create;
    const read = COMMAND_MESSAGE.parse({ ...sent, header: { local_first: true, n: 1 } });
    expect(read).toMatchObject({ ownerId: '', spaceId: '', isVoid: false, allowCreate: false });
    expect(read.header).toEqual({ local_first: 'true', n: '1' });
    expect(accepted(COMMAND_MESSAGE, { ...sent, header: { list: [] } })).toBe(false);
  });
});
