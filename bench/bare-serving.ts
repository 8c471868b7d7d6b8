import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A command as it comes in: a create is POSTed, every other one is PUT to the path of its record. */
export interface Request {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

type Answer = (request: Request) => Promise<object>;

/** Callers without HTTP: so many at a time for `seconds`, each of whom sends the next of these requests. */
interface Calls {
  readonly callers: number;
  readonly seconds: number;
  readonly requests: readonly Request[];
}

/** Answers what comes by HTTP, and without it what the parent process asks to be called. */
export function serve(answer: Answer): void {
  const server = createServer((request, response) => {
    text(request)
      .then((body) =>
        answer({ method: request.method, url: request.url, body: JSON.parse(body) as Record<string, unknown> }),
      )
      .then((outcome) => response.setHeader('content-type', 'application/json').end(JSON.stringify(outcome)))
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ ready: true, address: server.address() }));
  process.on('message', (calls: Calls) => {
    callFor(calls, answer).then(
      (perSecond) => process.send?.({ perSecond }),
      (error: unknown) => process.send?.({ failure: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

async function callFor({ callers, seconds, requests }: Calls, answer: Answer): Promise<number> {
  const endsAt = performance.now() + seconds * 1_000;
  let count = 0;
  let next = 0;
  const call = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await answer(requests[next++ % requests.length] as Request);
      if (performance.now() <= endsAt) count += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return count / seconds;
}
