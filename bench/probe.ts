import { setTimeout as sleep } from 'node:timers/promises';
import { FAILURE, RETRY_SPEC } from './failure.ts';
import { ascending } from './statistics.ts';

/** Milliseconds between two rounds: few enough requests to be no load themselves. */
const INTERVAL = 200;
/** Milliseconds until the records that a probe makes are due: within the storm. */
const SOON = 3_000;
const LIST = { condition: { operator: 'EQ', field: 'state.status', value: 'FAILED' } };

/** What others than those who report failures saw of a storm. Latencies in milliseconds, ascending. */
export interface Probed {
  readonly pages: readonly number[];
  readonly commands: readonly number[];
  /** Records that fall due meanwhile. */
  readonly dueIds: readonly string[];
}

export interface Probe {
  /** Ends after the round that is under way. @throws Error where a request was not answered with 200 */
  stop(): Promise<Probed>;
}

/**
 * Reads a page of a list, sends a command to the next one of these records (none, since Temporal is away) and reports a
 * failure that is due soon, again and again.
 */
export function startProbe(url: string, ids: readonly string[]): Probe {
  const stopping = new AbortController();
  const pages: number[] = [];
  const commands: number[] = [];
  const dueIds: string[] = [];
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      pages.push((await timed('POST', `${url}/execution_failed/snapshot/paged`, LIST)).took);
      const id = ids[commands.length % ids.length];
      if (id !== undefined) {
        const { took } = await timed('PUT', `${url}/execution_failed/${id}/apply_retry_spec`, RETRY_SPEC);
        commands.push(took);
      }
      const retrySpec = { ...RETRY_SPEC, minBackoff: SOON / 1_000 };
      const body = { ...FAILURE, retrySpec, executeAt: Date.now() };
      const created = await timed('POST', `${url}/execution_failed/create_execution_failed`, body);
      dueIds.push((JSON.parse(created.text) as { aggregateId: string }).aggregateId);
      await sleep(INTERVAL, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  // Looked at when it is stopped; until then a failure is nobody's.
  running.catch(() => undefined);
  return {
    async stop() {
      stopping.abort();
      await running;
      return { pages: ascending(pages), commands: ascending(commands), dueIds };
    },
  };
}

async function timed(method: string, url: string, body: unknown): Promise<{ took: number; text: string }> {
  const startedAt = performance.now();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} was answered with ${response.status}: ${text}`);
  return { took: performance.now() - startedAt, text };
}
