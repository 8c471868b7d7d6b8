import type { EventStream } from '../../src/domain/index.ts';
import { eventually } from './eventually.ts';

/** One event of the feed as a reader sees it. */
export interface FeedFrame {
  readonly id: string;
  readonly event: string;
  readonly data: EventStream;
}

/** A reader at the door of the feed. */
export interface FeedReader {
  /** The events that have come so far. */
  readonly events: readonly FeedFrame[];
  /** What a browser would send as `Last-Event-ID`: of the last frame, whether it was an event or not. */
  lastId(): string;
  /** How many frames without an event have come. */
  heartbeats(): number;
  /** The events, as soon as there are this many. */
  until(count: number): Promise<readonly FeedFrame[]>;
  /** Resolves when the other side has ended the stream, or this one has left. */
  readonly ended: Promise<void>;
  leave(): Promise<void>;
}

/** Connects, and waits for the first frame. @throws Error with what is answered instead of a stream */
export async function readFeed(url: string, query = '', lastEventId?: string): Promise<FeedReader> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/redress/feed${query}`, {
    headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
    signal: leaving.signal,
  });
  if (response.status !== 200 || response.body === null) {
    throw new Error(`the feed answers ${response.status}: ${await response.text()}`);
  }
  const events: FeedFrame[] = [];
  let last = '';
  let empty = 0;
  const take = (frame: string): void => {
    const field = (name: string): string | undefined => new RegExp(`^${name}:(.*)$`, 'm').exec(frame)?.[1];
    last = field('id') ?? last;
    const data = field('data');
    if (data === undefined) empty += 1;
    else events.push({ id: last, event: field('event') ?? '', data: JSON.parse(data) as EventStream });
  };
  const read = async (body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    let text = '';
    try {
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        const frames = (text + chunk).split('\n\n');
        text = frames.pop() ?? '';
        frames.forEach(take);
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
  };
  const ended = read(response.body);
  await eventually(() => {
    if (last === '') throw new Error('the feed sends nothing');
  });
  return {
    events,
    lastId: () => last,
    heartbeats: () => empty,
    until: (count) =>
      eventually(() => {
        if (events.length < count) throw new Error(`${events.length} of ${count} events have come`);
        return events;
      }),
    ended,
    async leave() {
      leaving.abort();
      await ended;
    },
  };
}
