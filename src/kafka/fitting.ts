import { cutMiddle } from '../domain/index.ts';
import {
  EVENT_STREAM_MESSAGE,
  type EventStreamMessage,
  STATE_EVENT_MESSAGE,
  type StateEventMessage,
} from './wire/index.ts';

/** What a message is published as; the names are those of the topics. */
export type Kind = 'event' | 'state';

/** A message as it goes on the wire, or why it must not. */
export type Fitting =
  | { readonly ok: true; readonly key: string; readonly value: string; readonly createTime: number }
  | { readonly ok: false; readonly reason: string };

/** Bytes of stack traces are cut to this at first, and then to a quarter of it each time. */
const FIRST_CUT = 64 * 1024;
/** A trace of fewer bytes says nothing any more. */
const LAST_CUT = 256;

/**
 * The message as Wow's readers take it, in at most `room` bytes of key and value: one bad record ends the receive stream
 * of every service that reads the topic (messaging 0). Stack traces are cut for that, nothing else is.
 */
export function fit(kind: Kind, message: object, room: number): Fitting {
  const read = (kind === 'event' ? EVENT_STREAM_MESSAGE : STATE_EVENT_MESSAGE).safeParse(message);
  if (!read.success) return { ok: false, reason: `not as Wow reads it: ${read.error.issues.map(describe).join('; ')}` };
  const { aggregateId: key, createTime } = read.data;
  let value = toJson(read.data);
  for (let cut = FIRST_CUT; sizeOf(key, value) > room && cut >= LAST_CUT; cut /= 4) {
    value = toJson(withTracesUpTo(read.data, cut));
  }
  const size = sizeOf(key, value);
  return size <= room
    ? { ok: true, key, value, createTime }
    : { ok: false, reason: `too large: ${size} bytes, even without most of its stack traces, for a limit of ${room}` };
}

const describe = ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string =>
  `${path.join('.')}: ${message}`;

const sizeOf = (key: string, value: string): number => Buffer.byteLength(key) + Buffer.byteLength(value);

/** How many events a stream has is not part of the original's message. */
function toJson({ size: _size, ...message }: EventStreamMessage): string {
  return JSON.stringify(message);
}

/** The same message with all its stack traces cut to so many bytes: a state event may have two. */
function withTracesUpTo(message: EventStreamMessage | StateEventMessage, bytes: number): EventStreamMessage {
  const body = message.body.map((event) => ({ ...event, body: withTraceUpTo(event.body, bytes) }));
  return {
    ...message,
    body: body as EventStreamMessage['body'],
    ...('state' in message && { state: withTraceUpTo(message.state as object, bytes) }),
  };
}

function withTraceUpTo<Holder extends object>(holder: Holder, bytes: number): Holder {
  const { error } = holder as { readonly error?: { readonly stackTrace: string } };
  return error === undefined
    ? holder
    : { ...holder, error: { ...error, stackTrace: cutMiddle(error.stackTrace, bytes) } };
}
