import { readAnswer } from './answer.ts';
import type { Expectation } from './expectation.ts';
import { pairsOf } from './pairs.ts';
import type { Exchange, RecordedResponse } from './recording.ts';
import { createRenaming } from './renaming.ts';
import { type Outcome, playScenario } from './replay.ts';
import { type Scenario, scenariosOf } from './scenario.ts';
import { RECORDED_ENVIRONMENT, environmentFor } from './settings.ts';

/** Scenarios that are played at once. */
const AT_ONCE = 6;

/** An exchange that was not played. */
export interface Skipped {
  readonly exchange: Exchange;
  readonly reason: string;
  /** Values that would have been compared. */
  readonly values: number;
}

/** What came of a recording. */
export interface Run {
  readonly outcomes: readonly Outcome[];
  readonly skipped: readonly Skipped[];
}

/** Plays a recording against the service at `url`, which must have the environment of `environmentOf`. */
export async function playRecording(
  exchanges: readonly Exchange[],
  url: string,
  expectations: readonly Expectation[],
): Promise<Run> {
  const skipped = exchanges.flatMap((exchange) => {
    const reason = reasonToSkip(exchange);
    return reason === null ? [] : [{ exchange, reason, values: countValues(exchange.response) }];
  });
  const scenarios = scenariosOf(exchanges.filter((exchange) => reasonToSkip(exchange) === null));
  const stage = { url, renaming: createRenaming(), expectations };
  const outcomes: Outcome[] = [];
  const play = async (queue: Scenario[]): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      outcomes.push(...(await playScenario(next, stage)));
    }
  };
  const first = scenarios.filter((scenario) => !changesTheProcess(scenario));
  await Promise.all(Array.from({ length: AT_ONCE }, () => play(first)));
  await play(scenarios.filter(changesTheProcess));
  return { outcomes, skipped };
}

/** The environment that an instance needs for a recording beside its servers. */
export function environmentOf(exchanges: readonly Exchange[]): Record<string, string> {
  const configs = new Set(exchanges.flatMap(({ config }) => config ?? []));
  return Object.assign({ ...RECORDED_ENVIRONMENT }, ...[...configs].map(environmentFor)) as Record<string, string>;
}

function countValues(response: RecordedResponse): number {
  const answer = readAnswer(response);
  return [...pairsOf(answer, answer)].length;
}

function reasonToSkip({ config }: Exchange): string | null {
  return config === undefined || environmentFor(config) !== undefined ? null : `we have no setting for ${config}`;
}

/** What other scenarios would notice. */
const changesTheProcess = ({ steps }: Scenario): boolean =>
  steps.some(({ exchange: { request } }) => request.method === 'DELETE' && request.path.startsWith('/actuator/'));
