import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Servers } from './servers.ts';

/** An HTTP target that executes every retry at once. */
export interface Arrivals {
  /** For `TARGETS_FILE`. */
  readonly file: string;
  /** When the first attempt at a record arrived, epoch milliseconds; undefined: none did. */
  of(id: string): number | undefined;
}

/** Starts the target for `work`, and ends it afterwards. */
export async function withArrivals<Result>(
  { folder }: Servers,
  work: (arrivals: Arrivals) => Promise<Result>,
): Promise<Result> {
  const arrivedAt = new Map<string, number>();
  const server = createServer((request, response) => {
    const now = Date.now();
    void text(request).then((body) => {
      const { executionId } = JSON.parse(body) as { executionId: string };
      if (!arrivedAt.has(executionId)) arrivedAt.set(executionId, now);
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const file = folder.file('targets.yaml');
  writeFileSync(
    file,
    `targets: [{ name: bench, kind: http, url: 'http://127.0.0.1:${port}/retries', allow: ['127.0.0.1'] }]\n`,
  );
  try {
    return await work({ file, of: (id) => arrivedAt.get(id) });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
