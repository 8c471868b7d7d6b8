import type { Exchange } from './recording.ts';

/** An exchange, and those that were sent while its answer was still coming. */
export interface Step {
  readonly exchange: Exchange;
  readonly meanwhile: readonly Exchange[];
}

/** Exchanges that build on each other, with records of their own: scenarios may be played in any order, and at once. */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** The scenarios of a recording, in its order. */
export function scenariosOf(exchanges: readonly Exchange[]): Scenario[] {
  const scenarios = Map.groupBy(exchanges, ({ name }) => name.slice(0, name.indexOf('/')));
  return [...scenarios].map(([name, all]) => ({ name, steps: stepsOf(all) }));
}

function stepsOf(exchanges: readonly Exchange[]): Step[] {
  const streams = exchanges.filter(({ concurrent }) => concurrent !== undefined);
  const during = (exchange: Exchange): Exchange | undefined =>
    streams.find((stream) => stream !== exchange && exchange.name.startsWith(`${stream.name}-`));
  return exchanges
    .filter((exchange) => during(exchange) === undefined)
    .map((exchange) => ({ exchange, meanwhile: exchanges.filter((other) => during(other) === exchange) }));
}
