import type { Figures, Result } from './result.ts';

/** What a row has come to, for a person at a terminal. */
export function describeResult(result: Result): string {
  switch (result.outcome) {
    case 'passed':
      return `${result.name}: passed (${describeFigures(result.figures)})`;
    case 'failed': {
      const figures = result.figures === null ? '' : ` (${describeFigures(result.figures)})`;
      return [`${result.name}: FAILED${figures}`, ...result.reasons.map((reason) => `  ${reason}`)].join('\n');
    }
    case 'not run':
      return `${result.name}: not run: ${result.reason}`;
  }
}

const describeFigures = (figures: Figures): string =>
  [
    `${figures.acknowledged} commands acknowledged`,
    `${figures.putOff} put off`,
    `${figures.prepared} retries prepared`,
    `${figures.dueDuringFault} of them due during the fault of ${seconds(figures.faultTime)}`,
    `latest ${seconds(figures.worstLateness)} after it`,
    `its sign: ${figures.sign}`,
  ].join(', ');

/** Milliseconds as people read them. */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;
