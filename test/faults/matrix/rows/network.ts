import { setTimeout as sleep } from 'node:timers/promises';
import { automaticRetries } from '../../../support/fault-records.ts';
import type { Evidence, Span } from '../evidence.ts';
import type { Ground, PathName, Row, Struck } from '../row.ts';

/** Milliseconds by which whatever is sent arrives later, in either direction. */
const LATENCY = 100;
/** Fewest milliseconds of silence: a statement gives up after 3 s, a call of Temporal after 5 s. */
const SILENCE = 6_000;
/** The stretches of network between the product and everybody else, and between its processes. */
export const NETWORK_ROWS: readonly Row[] = [
  pathRow('api-postgres', 'API to Postgres'),
  pathRow('worker-postgres', 'worker to Postgres'),
  pathRow('api-temporal', 'API to Temporal'),
  pathRow('worker-temporal', 'worker to Temporal'),
  // An answer that is lost between the processes is found in Postgres.
  pathRow('worker-api', 'worker to API', disturbances),
  // Connections that fail are the callers' to repeat, and their feed is read on.
  pathRow('client-api', 'callers to API', waitingRetries),
  // Deliveries fail in their time, and nothing else waits for them.
  pathRow('worker-target', 'worker to target', disturbances),
];

function pathRow(path: PathName, title: string, excesses?: Row['excesses']): Row {
  return {
    name: `path-${path}`,
    fault: `network from ${title} slow by ${2 * LATENCY} ms, then silent, then cut`,
    through: [path],
    strike: (ground) => strikePath(ground, path),
    ...(excesses === undefined ? {} : { excesses }),
  };
}

async function strikePath(ground: Ground, name: PathName): Promise<Struck> {
  const path = ground.path(name);
  const part = ground.scale.outage / 3;
  path.slow(LATENCY);
  await sleep(part);
  path.stall();
  await sleep(Math.max(part, SILENCE));
  path.cut();
  await sleep(part);
  path.restore();
  const { late, held, cut } = path.felt();
  return {
    sign: {
      text: `${late} pieces late, ${held} held back, ${cut} connections cut`,
      isSeen: late > 0 && held > 0 && cut > 0,
    },
  };
}

/** What neither retries nor callers may notice of it. */
function disturbances(evidence: Evidence, span: Span): string[] {
  return [...waitingRetries(evidence, span), ...vainWaits(evidence)];
}

/**
 * Whether retries waited for the network, though nothing that they need was struck: then only those of its first third,
 * when it was slow, are prepared before the fault is over.
 */
function waitingRetries({ stored }: Evidence, { from, until }: Span): string[] {
  const due = automaticRetries(stored).filter(({ dueAt }) => dueAt >= from && dueAt < until);
  const prepared = due.filter(({ preparedAt }) => preparedAt < until);
  if (prepared.length > due.length / 2) return [];
  return [`only ${prepared.length} of ${due.length} retries that fell due were prepared before the fault was over`];
}

/**
 * Every caller who waited for an answer that never came, though nothing that this needs was struck. One who was told to come
 * back, as a server was too slow on a busy machine, did not.
 */
function vainWaits({ wishes }: Evidence): string[] {
  return wishes.flatMap(({ name, requestId, sends }) =>
    sends
      .filter(({ answer }) => (answer?.kind === 'error' ? answer.status === 408 : answer?.kind !== 'result'))
      .map(({ answer }) => `${name} ${requestId} was in vain: ${JSON.stringify(answer)}`),
  );
}
