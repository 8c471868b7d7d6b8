import { styleText } from 'node:util';
import type { DemoCase } from './cases.ts';
import type { Step } from './history.ts';

/** One line of the story, `after` so many milliseconds of it, with what it is about. */
export function storyLine(after: number, { number, processor }: DemoCase, text: string): string {
  const time = styleText('dim', `${(after / 1_000).toFixed(1).padStart(5)} s`);
  return `${time}  ${styleText('cyan', String(number))}  ${processor.padEnd(15)}  ${text}`;
}

/** Lines below a line of the story. */
export const indented = (lines: readonly string[]): string => lines.map((line) => `     ${line}`).join('\n');

/** What a step of a record means; `nextIn`: milliseconds from it to the next retry, null: there is none by itself. */
export function describeStep(step: Step, nextIn: number | null): string {
  switch (step.kind) {
    case 'failed': {
      const what = step.attempt === 0 ? 'fails' : `retry ${step.attempt} fails`;
      const next = nextIn === null ? '' : `, next in ${(nextIn / 1_000).toFixed(1)} s`;
      return `${styleText('red', what)}: ${step.errorCode}${next}`;
    }
    case 'retry': {
      const { attempt, dueAt, preparedAt } = step.retry;
      const why = dueAt === null ? 'asked for by a person' : `${preparedAt - dueAt} ms after it was due`;
      return `${styleText('yellow', `retry ${attempt}`)} goes out, ${why}`;
    }
    case 'recovered':
      return styleText('green', `recovered by retry ${step.attempt}`);
    case 'other':
      return 'somebody else sent a command';
    default:
      return step satisfies never;
  }
}
