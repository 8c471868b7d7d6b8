import type { Page } from '../../feed/index.ts';
import { formatCursor } from '../../store/index.ts';
import { type FeedFilter, feedEventName, readFeedFilter, readFeedStart } from '../feed-request.ts';
import type { Frame } from '../frame.ts';
import { ref } from '../openapi/schema.ts';
import { RequestError } from '../request-error.ts';
import type { Route } from '../route.ts';

/** Readers of this process at a time: each is a connection that stays. */
const MAX_READERS = 256;
/** Milliseconds after which a reader hears that its connection lives, and how far it has come. */
const HEARTBEAT = 15_000;

/** The door to the feed. */
export const FEED_ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/redress/feed',
    operationId: 'redress.feed',
    summary: 'Everything that happens to records, as it happens',
    tag: 'redress',
    produces: ['text/event-stream'],
    mismatch: 'explained',
    parameters: [
      'redress.feed.event',
      'redress.feed.context',
      'redress.feed.processor',
      'redress.feed.function',
      'redress.feed.from',
      'redress.feed.after',
      'redress.feed.Last-Event-ID',
    ],
    body: null,
    answer: {
      anyOf: [
        ref('compensation.execution_failed.ExecutionFailedAggregatedDomainEventStream'),
        ref('compensation.execution_failed.ExecutionFailedStateStateEvent'),
      ],
    },
    responses: { 400: 'wow.BadRequest', 429: 'wow.TooManyRequests', 503: 'wow.ServiceUnavailable' },
    handle: async ({ request, cancelled }, { feed }) => {
      // Would stay connected as a reader that nothing can be sent to.
      if (request.method === 'HEAD') return { kind: 'empty', status: 200, contentType: 'text/event-stream' };
      const filter = readFeedFilter(request);
      const start = readFeedStart(request, await feed.now(), await feed.horizon());
      if (feed.readers() >= MAX_READERS) {
        throw new RequestError('TooManyRequests', `${MAX_READERS} readers are connected already: try again later.`);
      }
      return { kind: 'frames', frames: feedFrames(feed.read(start, cancelled), filter) };
    },
  },
];

/** The first frame comes at once and without an event, so that nothing is missed when the connection breaks before there is one. */
async function* feedFrames(pages: AsyncIterable<Page>, filter: FeedFilter): AsyncGenerator<Frame> {
  let sentAt = Number.NEGATIVE_INFINITY;
  for await (const { entries, next } of pages) {
    for (const entry of entries.filter(filter)) {
      yield { id: formatCursor(entry.cursor), event: feedEventName(entry), json: entry.message };
      sentAt = performance.now();
    }
    if (performance.now() - sentAt < HEARTBEAT) continue;
    yield { id: formatCursor(next) };
    sentAt = performance.now();
  }
}
