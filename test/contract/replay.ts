import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, framesOf, readAnswer, readFrame } from './answer.ts';
import { type Comparison, type Period, compareAnswers } from './compare.ts';
import { type Expectation, applyExpectation } from './expectation.ts';
import type { Exchange, RecordedRequest, RecordedResponse } from './recording.ts';
import type { Renaming } from './renaming.ts';
import type { Scenario, Step } from './scenario.ts';
import { sendPatiently } from './send.ts';

/** Where the original was to be found when it was recorded. */
const RECORDED_HOST = '127.0.0.1:18080';

/** Milliseconds that a command may take whose caller did not wait for it. */
const SETTLED_AFTER = 3_000;
/** Milliseconds between two looks at what it has come to. */
const LOOK_INTERVAL = 50;

/** What came of an exchange. */
export interface Outcome extends Comparison {
  readonly exchange: Exchange;
  /** The difference that was expected of it. */
  readonly expectation: Expectation | undefined;
}

/** What all scenarios of a run share. */
export interface Stage {
  /** Of the service. */
  readonly url: string;
  readonly renaming: Renaming;
  readonly expectations: readonly Expectation[];
}

/** What the steps of a scenario share. */
interface Scene extends Stage {
  /** The requests so far, as they were recorded. */
  readonly sent: Set<string>;
  readonly recordedPeriod: Period | null;
  readonly startedAt: number;
  /** Until when a read may still miss a command: epoch milliseconds. */
  settledAt: number;
}

/** Plays a scenario step by step. */
export async function playScenario({ steps }: Scenario, stage: Stage): Promise<Outcome[]> {
  const scene: Scene = {
    ...stage,
    sent: new Set(),
    recordedPeriod: periodOf(steps),
    startedAt: Date.now(),
    settledAt: 0,
  };
  const isLate = ({ exchange }: Step): boolean => expectationOf(exchange, stage)?.afterwards === true;
  const outcomes: Outcome[] = [];
  for (const step of [...steps.filter((each) => !isLate(each)), ...steps.filter(isLate)]) {
    outcomes.push(...(await playStep(step, scene)));
  }
  return outcomes;
}

async function playStep({ exchange, meanwhile }: Step, scene: Scene): Promise<Outcome[]> {
  let goOn = (): void => undefined;
  const processed = new Promise<void>((resolve) => (goOn = resolve));
  const played = playExchange(exchange, scene, (soFar) => {
    if (meanwhile.length > 0 && learnCommandId(exchange, soFar, scene)) goOn();
  });
  if (meanwhile.length === 0) return [await played];
  // Where the command is never processed, its answer ends the wait.
  await Promise.race([processed, played]);
  const outcomes: Outcome[] = [];
  for (const other of meanwhile) outcomes.push(await playExchange(other, scene));
  return [...outcomes, await played];
}

async function playExchange(exchange: Exchange, scene: Scene, onText?: (soFar: string) => void): Promise<Outcome> {
  const { request } = exchange;
  scene.sent.add(JSON.stringify(request));
  for (;;) {
    const renaming = scene.renaming.draft();
    const outcome = await tryExchange(exchange, { ...scene, renaming }, onText);
    const isEarly = outcome.differences.length > 0 && isRead(request) && Date.now() < scene.settledAt;
    if (!isEarly) {
      renaming.commit();
      if (waitsForNothing(request)) scene.settledAt = Date.now() + SETTLED_AFTER;
      return outcome;
    }
    await delay(LOOK_INTERVAL);
  }
}

async function tryExchange(exchange: Exchange, scene: Scene, onText?: (soFar: string) => void): Promise<Outcome> {
  const expectation = expectationOf(exchange, scene);
  const { host } = new URL(scene.url);
  try {
    const response = await sendPatiently(scene.url, translate(exchange.request, host, scene.renaming), onText);
    const recorded = readAnswer(atHost(exchange.response, host));
    const ours = readAnswer(asKept(response, exchange));
    const comparison = compareAnswers(recorded, ours, {
      exchange: exchange.name,
      renaming: scene.renaming,
      wasSent: (text) => [...scene.sent].some((request) => request.includes(text)),
      recordedPeriod: scene.recordedPeriod,
      ourPeriod: { from: scene.startedAt, to: Date.now() },
      expected: Object.keys(expectation?.ours ?? {}),
    });
    return {
      exchange,
      expectation,
      ...comparison,
      differences: unexplained(expectation, comparison, { recorded, ours }),
    };
  } catch (error) {
    const differences = [{ path: 'answer', recorded: exchange.response, ours: String(error) }];
    return { exchange, expectation, compared: 1, patterned: 0, differences };
  }
}

const isRead = ({ method, path }: RecordedRequest): boolean =>
  method === 'GET' || (method === 'POST' && /^\/execution_failed\/(snapshot|event)\//.test(path));

const waitsForNothing = ({ headers }: RecordedRequest): boolean =>
  headers['Command-Wait-Stage']?.toUpperCase() === 'SENT';

const unexplained = (
  expectation: Expectation | undefined,
  { differences }: Comparison,
  answers: { readonly recorded: Answer; readonly ours: Answer },
) => (expectation === undefined ? differences : applyExpectation(expectation, differences, answers));

const expectationOf = (exchange: Exchange, { expectations }: Stage): Expectation | undefined =>
  expectations.find(({ about }) => about(exchange));

/** A recorded request with what the server made in the recording replaced by what it made now. */
function translate(
  { method, path, headers, body }: RecordedRequest,
  host: string,
  renaming: Renaming,
): RecordedRequest {
  const text = (recorded: string): string => renaming.rewrite(recorded.replaceAll(RECORDED_HOST, host));
  return {
    method,
    path: text(path),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(value)])),
    body: body === null ? null : text(body),
  };
}

/** A recorded answer as if the original had been where we are. */
const atHost = (response: RecordedResponse, host: string): RecordedResponse => ({
  ...response,
  headers: Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, value.replaceAll(RECORDED_HOST, host)]),
  ),
  body: response.body?.replaceAll(RECORDED_HOST, host) ?? null,
});

/** Streams and exchanges with a setting were recorded by other means: of a header that came more than once, the last. */
function asKept(response: RecordedResponse, { concurrent, config }: Exchange): RecordedResponse {
  const { vary } = response.headers;
  if ((concurrent === undefined && config === undefined) || vary === undefined) return response;
  return { ...response, headers: { ...response.headers, vary: vary.split(', ').at(-1) ?? '' } };
}

/** Learns from the frames of a stream which command id stands for the recorded one. True once the command is processed. */
function learnCommandId({ response }: Exchange, soFar: string, { renaming }: Scene): boolean {
  const [ours, recorded] = [soFar, response.body ?? ''].map((text) => framesOf(text).map(readFrame));
  const [commandId, recordedId] = [ours, recorded].map((frames) => commandIdOf(frames?.[0]));
  if (commandId === undefined || recordedId === undefined) return false;
  if (renaming.ours(recordedId) === undefined) renaming.bind(recordedId, commandId);
  return ours?.some(({ event }) => event === 'PROCESSED') === true;
}

const commandIdOf = (frame: Record<string, unknown> | undefined): string | undefined =>
  (frame?.['data'] as { commandId?: string } | undefined)?.commandId;

function periodOf(steps: readonly Step[]): Period | null {
  const times = steps.flatMap(({ exchange, meanwhile }) => [exchange, ...meanwhile]).flatMap(({ at }) => at ?? []);
  return times.length === 0 ? null : { from: Math.min(...times), to: Math.max(...times) };
}
