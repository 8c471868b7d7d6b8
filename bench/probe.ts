import { FAILURE, RETRY_SPEC } from './failure.ts';
import { startOpenLoop } from './open-loop.ts';

/** Requests per second: few enough to be hardly a load themselves, since the baselines do without them. */
const PAGES = 10;
const COMMANDS = 4;
const CREATES = 10;
/** One of so many creates is due after so many milliseconds, within the storm; the others are not due during the run. */
const DUE_SHARE = 5;
const SOON = 3_000;
/** Those that are due so shortly before its end, in milliseconds, are not counted: the service may be held up then. */
const TOO_LATE = 1_000;
const LIST = { condition: { operator: 'EQ', field: 'state.status', value: 'FAILED' } };

/** What others than those of the load saw of the service. Latencies in milliseconds, ascending; see {@link startOpenLoop}. */
export interface Probed {
  readonly pages: readonly number[];
  readonly commands: readonly number[];
  readonly creates: readonly number[];
  /** Requests that were answered with another status than 200, each with its path; their latencies count as well. */
  readonly refused: readonly string[];
  /** The records of these creates that fall due meanwhile. */
  readonly dueIds: readonly string[];
}

export interface Probe {
  /** Ends when all is answered that was asked. @throws Error where a request was not answered at all */
  stop(): Promise<Probed>;
}

/**
 * Reads pages of a list, sends commands to these records in turn (none, since Temporal is away) and, where `reports` says so,
 * reports failures, some of which are due soon: each in its own open loop.
 */
export function startProbe(url: string, ids: readonly string[], reports: boolean): Probe {
  const due: { id: string; at: number }[] = [];
  const refused: string[] = [];
  /** Sends a request and returns its answer; null: it was refused, which is a finding and does not end the run. */
  const send = async (method: string, path: string, body: unknown): Promise<string | null> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/execution_failed${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (response.ok) return text;
    refused.push(`${response.status} ${path}`);
    return null;
  };
  const pages = startOpenLoop(PAGES, () => send('POST', '/snapshot/paged', LIST));
  const commands =
    ids.length === 0
      ? null
      : startOpenLoop(COMMANDS, (number) => {
          const id = ids[number % ids.length] ?? '';
          return send('PUT', `/${id}/apply_retry_spec`, RETRY_SPEC);
        });
  const creates = reports
    ? startOpenLoop(CREATES, async (number) => {
        const isDue = number % DUE_SHARE === 0;
        const retrySpec = isDue ? { ...RETRY_SPEC, minBackoff: SOON / 1_000 } : RETRY_SPEC;
        const executeAt = Date.now();
        const text = await send('POST', '/create_execution_failed', { ...FAILURE, retrySpec, executeAt });
        if (text === null || !isDue) return;
        due.push({ id: (JSON.parse(text) as { aggregateId: string }).aggregateId, at: executeAt + SOON });
      })
    : null;
  return {
    async stop() {
      const end = Date.now() - TOO_LATE;
      const ended = [pages, commands, creates].map(async (loop) => (await loop?.stop()) ?? []);
      const [read = [], commanded = [], created = []] = await Promise.all(ended);
      const dueIds = due.filter(({ at }) => at < end).map(({ id }) => id);
      return { pages: read, commands: commanded, creates: created, refused, dueIds };
    },
  };
}
