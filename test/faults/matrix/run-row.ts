import { setTimeout as sleep } from 'node:timers/promises';
import type { Wish } from '../../support/fault-ledger.ts';
import { automaticRetries, readStored } from '../../support/fault-records.ts';
import type { FaultServers } from '../../support/fault-servers.ts';
import { brokenWorkflows } from '../../support/fault-workflows.ts';
import { armRecords } from './armed.ts';
import { unsettled, verdict } from './check.ts';
import type { Evidence, Losses, Span } from './evidence.ts';
import { type PreparedGround, prepareGround } from './ground.ts';
import type { Figures, Result } from './result.ts';
import { CannotRun, type Row, type Sign } from './row.ts';
import type { FaultScale } from './scale.ts';

/** Milliseconds from the end of the fault in which everything must have been made up for. */
const RECOVERY = 60_000;
/** Milliseconds between two looks at what is left. */
const LOOK = 500;
/** Reasons that are told; the rest is counted. */
const MAX_REASONS = 10;

/** Runs one row and says what came of it. */
export async function runRow(row: Row, servers: FaultServers, scale: FaultScale): Promise<Result> {
  const { name, fault } = row;
  let ground: PreparedGround | null = null;
  try {
    ground = await prepareGround(row, servers, scale);
    const { figures, reasons } = await strikeAndCheck(row, ground);
    if (reasons.length === 0) return { name, fault, outcome: 'passed', figures };
    return { name, fault, outcome: 'failed', figures, reasons: shorten(reasons) };
  } catch (error) {
    if (error instanceof CannotRun) return { name, fault, outcome: 'not run', reason: error.message };
    const reasons = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    return { name, fault, outcome: 'failed', figures: null, reasons };
  } finally {
    await ground?.clear();
  }
}

async function strikeAndCheck(
  row: Row,
  ground: PreparedGround,
): Promise<{ readonly figures: Figures; readonly reasons: readonly string[] }> {
  const { load, scale } = ground;
  const due = row.hasManyDue === true ? scale.manyDue : scale.due;
  const armed = await armRecords(ground.api.url, due, scale.calm, scale.outage);
  await sleep(Math.max(0, armed.from - Date.now()));

  const from = Date.now();
  const { sign, losses = {} } = await row.strike(ground);
  const span = { from, until: Date.now() };
  await sleep(scale.calm);
  const stopped = load.stop();

  const settled = await settle(ground, span.until, armed.wishes, losses);
  await stopped;
  // What was sent last counts too.
  const final = await settle(ground, Date.now(), armed.wishes, losses);
  return {
    figures: { ...measure(final, span), sign: sign.text },
    reasons: [
      ...unproven(sign),
      ...verdict(settled, final),
      ...(row.excesses?.(final, span) ?? []),
      ...endings(ground),
    ],
  };
}

/** What is known as soon as nothing is left to be made up for, or when the time for that is over, which begins at `since`. */
async function settle(
  ground: PreparedGround,
  since: number,
  armed: readonly Wish[],
  losses: Losses,
): Promise<Evidence> {
  for (;;) {
    const evidence = await gather(ground, armed, losses);
    const isLate = Date.now() - since > RECOVERY;
    if (isLate || unsettled(evidence).length === 0) {
      const workflows = await brokenWorkflows(ground.temporal.address, evidence.stored, ground.namespace);
      if (isLate || workflows.length === 0) return { ...evidence, workflows };
    }
    await sleep(LOOK);
  }
}

async function gather(ground: PreparedGround, armed: readonly Wish[], losses: Losses): Promise<Evidence> {
  const { load, target, feed } = ground;
  const stored = await readStored(ground);
  const wishes = [...armed, ...load.wishes, ...ground.wishes];
  return {
    wishes,
    stored,
    deliveries: target.delivered(),
    seen: feed.seen,
    refusedPlaces: feed.refusedPlaces,
    workflows: [],
    losses,
  };
}

function measure({ wishes, stored }: Evidence, { from, until }: Span): Omit<Figures, 'sign'> {
  const answers = wishes.flatMap(({ sends }) => sends.map(({ answer }) => answer));
  const retries = automaticRetries(stored);
  const late = retries
    .filter(({ preparedAt }) => preparedAt >= until)
    .map(({ dueAt, preparedAt }) => preparedAt - Math.max(dueAt, until));
  return {
    acknowledged: answers.filter((answer) => answer?.kind === 'result' && answer.result.succeeded).length,
    putOff: answers.filter((answer) => answer?.kind === 'error' || answer?.kind === 'lost').length,
    prepared: retries.length,
    dueDuringFault: retries.filter(({ dueAt }) => dueAt >= from && dueAt < until).length,
    worstLateness: Math.max(0, ...late),
    faultTime: until - from,
  };
}

const unproven = ({ text, isSeen }: Sign): string[] =>
  isSeen ? [] : [`the fault did not come about, and nothing is proven: ${text}`];

/** Processes that ended although nobody had killed them. */
function endings({ api, worker }: PreparedGround): string[] {
  const errors = [
    ...api.errors().map((error) => `API: ${error}`),
    ...worker.errors().map((error) => `worker: ${error}`),
  ];
  return errors.filter((error) => error.includes('it ended by itself'));
}

const shorten = (reasons: readonly string[]): string[] => [
  ...reasons.slice(0, MAX_REASONS),
  ...(reasons.length > MAX_REASONS ? [`and ${reasons.length - MAX_REASONS} more`] : []),
];
