import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStream } from '../../src/domain/index.ts';

/** A reader of the feed that comes back with `Last-Event-ID` whenever its connection breaks. */
export interface FeedWatch {
  /** What it was sent, in that order, and again where it was sent again. */
  readonly seen: readonly EventStream[];
  /** What the feed said whenever it refused the place at which the reader wanted to go on; it began anew then. */
  readonly refusedPlaces: readonly string[];
  leave(): Promise<void>;
}

/** Milliseconds before it connects again. */
const PAUSE = 200;
/** Milliseconds after which a reader gives a connection up on which nothing came; the feed sends a word every 15 s. */
const SILENCE = 20_000;

/** Watches the feed from the beginning on, at one of these services after the other: each goes on where the last one ended. */
export function watchFeed(urls: readonly [string, ...string[]]): FeedWatch {
  const seen: EventStream[] = [];
  const leaving = new AbortController();
  const refusedPlaces: string[] = [];
  let lastId: string | undefined;
  let turns = 0;

  const take = (frame: string): void => {
    const field = (name: string): string | undefined => new RegExp(`^${name}:(.*)$`, 'm').exec(frame)?.[1];
    const data = field('data');
    if (data !== undefined) seen.push(JSON.parse(data) as EventStream);
    lastId = field('id') ?? lastId;
  };

  const readOn = async (): Promise<void> => {
    const silent = new AbortController();
    const timer = setTimeout(() => {
      silent.abort();
    }, SILENCE);
    const url = urls[turns % urls.length] ?? urls[0];
    turns += 1;
    try {
      const response = await fetch(`${url}/redress/feed?from=beginning`, {
        headers: lastId === undefined ? {} : { 'Last-Event-ID': lastId },
        signal: AbortSignal.any([leaving.signal, silent.signal]),
      });
      if (response.status === 400) {
        refusedPlaces.push(`the feed refused a place that it had given itself: ${await response.text()}`);
        lastId = undefined;
      }
      if (response.status !== 200 || response.body === null) return;
      let text = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        timer.refresh();
        const frames = (text + chunk).split('\n\n');
        text = frames.pop() ?? '';
        frames.forEach(take);
      }
    } catch {
      // Refused, broken or silent: whoever reads a feed comes back.
    } finally {
      clearTimeout(timer);
    }
  };

  const reading = (async () => {
    while (!leaving.signal.aborted) {
      await readOn();
      await sleep(PAUSE);
    }
  })();
  return {
    seen,
    refusedPlaces,
    async leave() {
      leaving.abort();
      await reading;
    },
  };
}
