import { readFile, writeFile } from 'node:fs/promises';
import type { EventStream } from '../../../../src/domain/index.ts';
import { FAILED_EXECUTION } from '../../../support/api.ts';
import { eventually } from '../../../support/eventually.ts';
import { type Wish, send } from '../../../support/fault-ledger.ts';
import { BEHAVIOURS, type Behaviour, startBadTargets } from '../bad-target.ts';
import type { Ground, Row } from '../row.ts';

/** Records for each target. */
const RECORDS = 4;
/** Attempts at each, and the seconds that each may take: what hangs beside it must not use up those of one that serves. */
const ATTEMPTS = 2;
const EXECUTION_TIMEOUT = 8;
/** Behaviours that end with the time of the attempt only. */
const TAKES_ITS_TIME: ReadonlySet<string> = new Set<Behaviour>(['hangs', 'drips']);
/** Behaviours that are successes, whatever the target says beside that. */
const SUCCEEDS: ReadonlySet<string> = new Set<Behaviour>(['gushes', 'serves']);
/** Milliseconds in which every attempt must be over; a target that hangs holds up nobody but itself. */
const ALL_OVER = 90_000;
/** Milliseconds by which the outcome of an attempt may come after its time, on a busy machine. */
const HELD_UP = 5_000;

/** Targets that do what they should not, one beside the other. */
export const TARGETS_ROW: Row = {
  name: 'bad-targets',
  fault: 'targets that hang, drip, lie about length, redirect, answer 10 MB of failure or success, or close at once',
  async strike(ground) {
    const targets = await startBadTargets();
    ground.atEnd(() => targets.close());
    const changedAt = Date.now();
    await addTargets(ground.env.worker['TARGETS_FILE'] ?? '', (behaviour) => targets.url(behaviour));
    await untilTargetsAreRead(ground.worker.url, changedAt);
    const wishes = BEHAVIOURS.flatMap((behaviour) =>
      Array.from({ length: RECORDS }, (_, index) => wishFor(behaviour, index)),
    );
    ground.wishes.push(...wishes);
    await Promise.all(wishes.map((wish) => make(ground.api.url, wish)));
    await eventually(async () => {
      const lives = await livesOf(ground, wishes);
      const problems = wishes.flatMap((wish) => lifeProblems(wish, lives.get(wish.aggregateId ?? '') ?? []));
      if (problems.length > 0)
        throw new Error(`${problems.length} are not as they should be: ${problems.slice(0, 5).join('; ')}`);
    }, ALL_OVER);
    const fewest = Math.min(...targets.requests.values());
    return { sign: { text: `at least ${fewest} requests to each of them`, isSeen: fewest > 0 } };
  },
};

async function addTargets(file: string, url: (behaviour: Behaviour) => string): Promise<void> {
  const { targets } = JSON.parse(await readFile(file, 'utf8')) as { targets: unknown[] };
  const bad = BEHAVIOURS.map((behaviour) => ({
    name: behaviour,
    kind: 'http',
    match: { context: behaviour },
    url: url(behaviour),
    allow: ['127.0.0.1'],
  }));
  await writeFile(file, JSON.stringify({ targets: [...targets, ...bad] }));
}

/** Waits until the worker has read the file again: until then it would leave the retries to whoever reads the feed. */
const untilTargetsAreRead = (url: string, changedAt: number): Promise<void> =>
  eventually(async () => {
    const response = await fetch(`${url}/actuator/health/targets`);
    const { details } = (await response.json()) as { details: { loadedAt: number; problem?: string } };
    if (details.loadedAt < changedAt) throw new Error(`the targets are those of before: ${details.problem ?? ''}`);
  });

/** A record that is due at once, and again as soon as an attempt is over. */
const wishFor = (behaviour: Behaviour, index: number): Wish => ({
  name: 'create_execution_failed',
  aggregateId: `${behaviour}-${index}`,
  requestId: `request-${behaviour}-${index}`,
  body: {
    ...FAILED_EXECUTION,
    function: { ...FAILED_EXECUTION.function, contextName: behaviour },
    executeAt: Date.now(),
    retrySpec: { maxRetries: ATTEMPTS, minBackoff: 0, executionTimeout: EXECUTION_TIMEOUT },
  },
  headers: {},
  sends: [],
});

async function make(url: string, wish: Wish): Promise<void> {
  const answer = await send(url, wish, 'PROCESSED');
  if (answer.kind !== 'result') throw new Error(`${wish.requestId} cannot be made: ${JSON.stringify(answer)}`);
}

async function livesOf(ground: Ground, wishes: readonly Wish[]): Promise<Map<string, EventStream[]>> {
  const rows = await ground.query<{ document: EventStream }>(
    'select document from redress.event_stream where aggregate_id = any ($1) order by aggregate_id, version',
    [wishes.map(({ aggregateId }) => aggregateId)],
  );
  return Map.groupBy(
    rows.map(({ document }) => document),
    ({ aggregateId }) => aggregateId,
  );
}

/** What is wrong with the life of one record, or not over yet. */
function lifeProblems({ aggregateId, body }: Wish, streams: readonly EventStream[]): string[] {
  const { contextName } = (body as typeof FAILED_EXECUTION).function;
  const attempts = streams.flatMap(({ body: [event] }, index) =>
    event.name === 'compensation_prepared'
      ? [{ prepared: event, stream: streams[index], after: streams[index + 1] }]
      : [],
  );
  const wanted = SUCCEEDS.has(contextName) ? 1 : ATTEMPTS;
  const problems = attempts.flatMap(({ prepared, stream, after }) => {
    const isOver = prepared.body.retryState.timeoutAt < Date.now();
    // What takes all of its time ends with it: whether the outcome or the next attempt comes first is a toss-up.
    if (!isOutcome(after)) return isOver && TAKES_ITS_TIME.has(contextName) ? [] : ['has an attempt without outcome'];
    return outcomeProblems(contextName, after, after.createTime - (stream?.createTime ?? 0));
  });
  if (attempts.length !== wanted) problems.push(`has ${attempts.length} attempts instead of ${wanted}`);
  return problems.map((problem) => `${aggregateId ?? ''} ${problem}`);
}

const isOutcome = (stream: EventStream | undefined): stream is EventStream =>
  stream?.requestId.startsWith('redress:outcome:') === true;

function outcomeProblems(behaviour: string, { body: [event] }: EventStream, took: number): string[] {
  if (SUCCEEDS.has(behaviour)) {
    const isRight = event.name === 'execution_success_applied' && took < EXECUTION_TIMEOUT * 1_000;
    return isRight ? [] : [`was ${event.name} after ${took} ms`];
  }
  if (event.name !== 'execution_failed_applied') return [`was ${event.name}`];
  const { errorCode, errorMsg } = event.body.error;
  return [
    ...(took < EXECUTION_TIMEOUT * 1_000 + HELD_UP ? [] : [`took ${took} ms`]),
    // For a person: which target, and what happened.
    ...(errorCode !== '' && errorMsg.includes(`"${behaviour}"`) ? [] : [`failed with: ${errorMsg}`]),
  ];
}
