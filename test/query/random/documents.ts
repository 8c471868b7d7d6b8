import fc from 'fast-check';
import type { Json, JsonObject } from '../evaluator/json.ts';
import { isArray, isObject } from '../evaluator/json.ts';
import { anyValue, TEXTS, TIMES, WRITTEN_TIMES } from './values.ts';

const text = fc.constantFrom(...TEXTS);
const time = fc.constantFrom(...TIMES);
const anyTime = fc.constantFrom<Json>(...TIMES, ...WRITTEN_TIMES);
const owner = fc.constantFrom('', '', 'ops-a', 'ops-b');
const space = fc.constantFrom('', '', 'space-1');
const tenant = fc.constantFrom(...Array<string>(12).fill('(0)'), 'tenant-x');
const bindingErrors = fc.array(
  fc.record({ name: fc.constantFrom('amount', 'currency'), msg: text }, { requiredKeys: ['name'] }),
  { maxLength: 3 },
);
const ID_CHARACTERS = fc.constantFrom('0', '9', 'A', 'Z', 'a', 'z', '%', 'é', '😀', '\uffff');

/** What the store relies on, so it is never damaged. */
const SOUND = ['id', 'aggregateId', 'version', 'commandId', 'requestId', 'state'];
/** What must be there, but may be anything. */
const KEPT = ['deleted', 'state.status'];

const snapshot = (id: string): fc.Arbitrary<JsonObject> =>
  fc.record({
    contextName: fc.constant('compensation-service'),
    aggregateName: fc.constant('execution_failed'),
    aggregateId: fc.constant(id),
    tenantId: tenant,
    ownerId: owner,
    spaceId: space,
    version: fc.integer({ min: 1, max: 12 }),
    firstOperator: fc.constantFrom('', 'alice'),
    firstEventTime: anyTime,
    eventTime: anyTime,
    state: fc.record({
      id: fc.constant(id),
      eventId: fc.record({
        id: text,
        aggregateId: fc.record({
          contextName: fc.constant('example-service'),
          aggregateName: fc.constantFrom('order', 'cart'),
          aggregateId: text,
          tenantId: fc.constant('(0)'),
        }),
        version: fc.integer({ min: 0, max: 3 }),
      }),
      function: fc.record({ contextName: text, processorName: fc.constantFrom('OrderSaga', 'CartSaga'), name: text }),
      error: fc.record(
        {
          errorCode: fc.constantFrom('IllegalState', 'Legacy'),
          errorMsg: text,
          succeeded: fc.boolean(),
          bindingErrors,
        },
        { requiredKeys: ['errorCode', 'errorMsg', 'succeeded'] },
      ),
      executeAt: time,
      retrySpec: fc.record({ maxRetries: fc.constantFrom(3, 10), minBackoff: fc.constantFrom(60, 180) }),
      retryState: fc.record({
        retries: fc.integer({ min: 0, max: 10 }),
        retryAt: time,
        timeoutAt: time,
        nextRetryAt: time,
      }),
      status: fc.constantFrom('FAILED', 'PREPARED', 'SUCCEEDED'),
      recoverable: fc.constantFrom('RECOVERABLE', 'UNKNOWN', 'UNRECOVERABLE'),
      isRetryable: fc.boolean(),
      isBelowRetryThreshold: fc.boolean(),
    }),
    snapshotTime: anyTime,
    tags: fc.dictionary(fc.constantFrom('team', 'tier'), fc.array(text, { maxLength: 3 })),
    deleted: fc.constantFrom(false, false, false, false, true),
  });

const eventStream = (id: string, at: number): fc.Arbitrary<JsonObject> =>
  fc.record({
    id: fc.constant(id),
    contextName: fc.constant('compensation-service'),
    aggregateName: fc.constant('execution_failed'),
    header: fc.dictionary(fc.constantFrom('command_operator', 'user_agent'), text),
    aggregateId: fc.constant(`a-${String(at % 7)}`),
    tenantId: tenant,
    ownerId: owner,
    spaceId: space,
    commandId: fc.constant(`command ${id}`),
    requestId: fc.constant(`request ${id}`),
    version: fc.constant(Math.floor(at / 7) + 1),
    body: fc.array(
      fc.record({
        id: text,
        name: fc.constantFrom('execution_failed_created', 'compensation_prepared'),
        body: fc.record(
          { executeAt: time, retryState: fc.record({ retries: fc.integer({ min: 0, max: 3 }) }), recoverable: text },
          { requiredKeys: ['executeAt'] },
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    createTime: anyTime,
    size: fc.integer({ min: 1, max: 3 }),
  });

/** `count` documents as the product stores them, half of them damaged somewhere: a member gone or of another kind. */
export function documents(subject: 'snapshot' | 'event_stream', count: number): fc.Arbitrary<JsonObject[]> {
  const each = Array.from({ length: count }, (_, at) =>
    fc.array(ID_CHARACTERS, { maxLength: 2 }).chain((characters) => {
      const id = `${characters.join('')}${String(at)}`;
      const sound = subject === 'snapshot' ? snapshot(id) : eventStream(id, at);
      return fc
        .tuple(sound, fc.oneof(fc.constant([]), fc.array(damage, { minLength: 1, maxLength: 3 })))
        .map(([document, damages]) => {
          const places = placesIn(document).filter((place) => !SOUND.includes(place.join('.')));
          return damages.reduce((whole, { at: place, value }) => {
            const chosen = places[place % places.length] ?? [];
            const by = KEPT.includes(chosen.join('.')) ? (value ?? null) : value;
            return replaced(whole, chosen, by) as JsonObject;
          }, plain(document));
        });
    }),
  );
  return fc.tuple(...each);
}

/** `undefined`: the member goes. */
const damage = fc.record({ at: fc.nat(10_000), value: fc.oneof(fc.constant(undefined), anyValue) });

/** As it comes out of Postgres: objects with the usual prototype, no negative zero. */
const plain = (document: JsonObject): JsonObject => JSON.parse(JSON.stringify(document)) as JsonObject;

function placesIn(value: Json): string[][] {
  return membersOf(value).flatMap(([key, member]) => [[key], ...placesIn(member).map((place) => [key, ...place])]);
}

function membersOf(value: Json): [string, Json][] {
  if (isArray(value)) return value.map((element, at) => [String(at), element]);
  return isObject(value) ? Object.entries(value) : [];
}

/** The same value with another one at a place; a place that an earlier damage took away stays away. */
function replaced(value: Json, place: readonly string[], by: Json | undefined): Json {
  const [key, ...rest] = place;
  const changed = membersOf(value).flatMap(([name, member]): [string, Json][] => {
    if (name !== key) return [[name, member]];
    const next = rest.length === 0 ? by : replaced(member, rest, by);
    return next === undefined ? [] : [[name, next]];
  });
  if (isArray(value)) return changed.map(([, member]) => member);
  return isObject(value) ? Object.fromEntries(changed) : value;
}
