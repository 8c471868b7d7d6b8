import { backOff, isPassing, pause } from './again.ts';
import type { EventName, EventStream, StateEvent } from './records.ts';
import type { SseFrame } from './sse.ts';
import type { Transport } from './transport.ts';

/** Milliseconds without a frame after which the connection is taken for dead: Redress sends one every 15 s. */
const SILENCE = 45_000;

/** Which part of the feed is wanted. */
export interface FeedOptions<Name extends EventName | 'state_event' = EventName> {
  /** These events only. */
  readonly events?: readonly Name[];
  /** Those of failed functions of these contexts, processors and names only. */
  readonly contexts?: readonly string[];
  readonly processors?: readonly string[];
  readonly functions?: readonly string[];
  /** Where to begin: at the id of a message that was read before. Without it `from` counts. */
  readonly after?: string;
  /** Without it, and without `after`, with what happens from now on. */
  readonly from?: 'beginning' | 'now';
  /** Ends the reading, which then is over without an error. */
  readonly signal?: AbortSignal;
  /** Told when Redress listens, each time that it does. */
  readonly onConnect?: () => void;
  /** Told why the connection was lost or could not be made, and in how many milliseconds the next attempt follows. */
  readonly onDisconnect?: (error: unknown, retryIn: number) => void;
}

/** Something that happened. */
export type FeedMessage<Name extends EventName | 'state_event' = EventName> = {
  readonly [Each in Name]: {
    /** Its place in the feed, for `after`. */
    readonly id: string;
    readonly event: Each;
    readonly data: Each extends EventName ? EventStream<Each> : StateEvent;
  };
}[Name];

/**
 * Reads the feed until its reader stops or the signal is aborted. When the connection is lost it is made again, and the
 * reading goes on where it was: nothing is missed, some messages may come twice.
 * @throws RefusedError for options that Redress refuses
 */
export async function* readFeed<Name extends EventName | 'state_event' = EventName>(
  transport: Transport,
  options: FeedOptions<Name> = {},
): AsyncGenerator<FeedMessage<Name>, void> {
  const stopping = new AbortController();
  const signal = options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]);
  const isOver = (): boolean => signal.aborted;
  let after = options.after ?? null;
  let failures = 0;
  try {
    while (!isOver()) {
      let reason: unknown = new Error('Redress has ended the stream.');
      let isConnected = false;
      try {
        for await (const frame of connect(transport, options, after, signal)) {
          if (!isConnected) options.onConnect?.();
          isConnected = true;
          failures = 0;
          after = frame.id ?? after;
          if (frame.data !== null) yield { ...frame, data: JSON.parse(frame.data) as unknown } as FeedMessage<Name>;
        }
      } catch (error) {
        if (isOver()) return;
        if (!isPassing(error)) throw error;
        reason = error;
      }
      const retryIn = backOff(failures);
      failures += 1;
      options.onDisconnect?.(reason, retryIn);
      await pause(retryIn, signal);
    }
  } finally {
    stopping.abort();
  }
}

/** One connection, until it ends or is silent for too long. */
async function* connect(
  transport: Transport,
  options: FeedOptions<EventName | 'state_event'>,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<SseFrame, void> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silence.abort(new Error(`the feed has been silent for ${SILENCE} ms`));
    }, SILENCE);
  };
  try {
    listen();
    const frames = transport.frames({
      method: 'GET',
      path: `/redress/feed?${feedQuery(options)}`,
      headers: after === null ? {} : { 'Last-Event-ID': after },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    for await (const frame of frames) {
      clearTimeout(timer);
      yield frame;
      listen();
    }
  } finally {
    clearTimeout(timer);
  }
}

function feedQuery({
  events = [],
  contexts = [],
  processors = [],
  functions = [],
  from,
}: FeedOptions<EventName | 'state_event'>): string {
  const query = new URLSearchParams(from === undefined ? {} : { from });
  for (const event of events) query.append('event', event);
  for (const name of contexts) query.append('context', name);
  for (const name of processors) query.append('processor', name);
  for (const name of functions) query.append('function', name);
  return query.toString();
}
