import { z } from 'zod';
import {
  AGGREGATE_NAME,
  CONTEXT_NAME,
  EVENT_BODY_TYPES,
  type EventStream,
  MAX_AGGREGATE_ID,
  MAX_REQUEST_ID,
  TENANT_ID,
} from '../domain/index.ts';
import { readBody } from './body-reading.ts';
import { expected, int32, int64, object, text } from './body-values.ts';
import { EVENT_SCHEMAS, isEventName } from './event-body.ts';

/** An event stream as it can be stored, or a sentence that says why it cannot. */
export type StreamReading =
  { readonly ok: true; readonly stream: EventStream } | { readonly ok: false; readonly reason: string };

/** Bytes of JSON: as much as any other door takes in at once. */
const MAX_SIZE = 1024 * 1024;

const CONTROL_CHARACTER = /\p{Cc}/u;

const id = (limit: number) =>
  text
    .refine((value) => value !== '', 'must not be empty')
    .refine((value) => Buffer.byteLength(value) <= limit, `may have ${limit} bytes`)
    .refine((value) => !CONTROL_CHARACTER.test(value), 'contains a control character');

const constant = <const Value extends string>(value: Value) => z.literal(value, expected(`"${value}"`));

const version = int32.pipe(z.number().min(1, 'must be 1 or more'));

const envelope = object({
  id: id(MAX_REQUEST_ID),
  contextName: constant(CONTEXT_NAME),
  aggregateName: constant(AGGREGATE_NAME),
  header: z.record(z.string(), text, expected('an object of texts')),
  aggregateId: id(MAX_AGGREGATE_ID),
  tenantId: constant(TENANT_ID),
  // Releases before 8 have no spaces.
  ownerId: text.default(''),
  spaceId: text.default(''),
  commandId: id(MAX_REQUEST_ID),
  requestId: id(MAX_REQUEST_ID),
  version,
  body: z.tuple(
    [object({ id: text, name: text, revision: constant('0.0.1'), body: z.unknown() })],
    expected('a list of exactly one event'),
  ),
  createTime: int64,
});

/**
 * An event stream (contract 4.3) that another recorder has stored and exported, made storable as the bodies of commands
 * are. What can be computed is not believed: `size`, and `bodyType`, which follows from the name. Never throws; reading
 * what was read before changes nothing.
 */
export function readEventStream(document: unknown): StreamReading {
  const reading = readBody(envelope, document);
  if (!reading.ok) return { ok: false, reason: reading.message };
  const { header, body, ...rest } = reading.body;
  const [event] = body;
  if (!isEventName(event.name)) return { ok: false, reason: `There is no event "${event.name.slice(0, 200)}".` };
  const eventBody = readBody<unknown>(EVENT_SCHEMAS[event.name], event.body);
  if (!eventBody.ok) return { ok: false, reason: `The event ${event.name}: ${eventBody.message}` };
  const stream = {
    ...rest,
    header: Object.fromEntries(Object.entries(header).map(([key, value]) => [text.parse(key), value])),
    body: [{ ...event, bodyType: EVENT_BODY_TYPES[event.name], body: eventBody.body }],
    size: 1,
  } as EventStream;
  const size = Buffer.byteLength(JSON.stringify(stream));
  return size <= MAX_SIZE
    ? { ok: true, stream }
    : { ok: false, reason: `It has ${size} bytes: ${MAX_SIZE} are possible.` };
}
