import { styleText } from 'node:util';
import { type History, type Retry, retriesOf } from './history.ts';
import type { DemoRecord } from './record.ts';
import type { Shop } from './shop.ts';
import { type Cell, type Column, layOut } from './table.ts';
import { deliveriesOf } from './verdict.ts';

const COLUMNS: readonly Column[] = [
  { title: '#', width: 1 },
  { title: 'handler', width: 15, from: 60 },
  { title: 'retry', width: 5 },
  { title: 'back-off', width: 8, from: 70 },
  { title: 'prepared', width: 8 },
  { title: 'at the shop', width: 11 },
  { title: 'outcome', width: null },
];

/** What became of every retry, and how late each was, as text for so many columns. */
export function summarize(records: readonly DemoRecord[], shop: Shop, columns: number): string {
  const rows = records.flatMap((record) => rowsOf(record, shop));
  const ids = new Set(records.map(({ reported }) => reported?.id));
  const deliveries = shop.deliveries.filter(({ executionId }) => ids.has(executionId));
  return [
    ...layOut(COLUMNS, rows, columns),
    '',
    'Prepared, at the shop: so long after the retry was due by its back-off.',
    `${deliveries.length} deliveries with a good signature, each executed once; ${shop.refused()} forged one refused.`,
  ].join('\n');
}

function rowsOf({ demoCase, reported, history }: DemoRecord, shop: Shop): Cell[][] {
  if (reported === null || history === null) return [];
  const deliveries = deliveriesOf(shop, reported.id);
  return retriesOf(history).map((retry, index): Cell[] => {
    const { attempt, dueAt, backOff, preparedAt } = retry;
    const received = deliveries.find((delivery) => delivery.attempt === attempt)?.receivedAt;
    const since = (time: number | undefined): string =>
      time === undefined ? '-' : `+${time - (dueAt ?? preparedAt)} ms`;
    return [
      { text: index === 0 ? String(demoCase.number) : '', look: 'cyan' },
      { text: index === 0 ? demoCase.processor : '' },
      { text: String(attempt) },
      { text: backOff === null ? 'none' : `${(backOff / 1_000).toFixed(1)} s` },
      { text: dueAt === null ? 'by hand' : since(preparedAt) },
      { text: since(received) },
      outcomeOf(history, retry),
    ];
  });
}

function outcomeOf({ steps }: History, { attempt }: Retry): Cell {
  const outcome = steps.find(
    (step) => (step.kind === 'failed' || step.kind === 'recovered') && step.attempt === attempt,
  );
  if (outcome?.kind === 'recovered') return { text: 'recovered', look: 'green' };
  if (outcome?.kind === 'failed') return { text: outcome.errorCode, look: 'red' };
  return { text: 'no answer in time', look: 'red' };
}

/** The last word. */
export function describeProblems(problems: readonly string[]): string {
  if (problems.length === 0) return styleText('green', 'Everything went as it should.');
  const title = styleText('red', `${problems.length} ${problems.length === 1 ? 'thing' : 'things'} went wrong:`);
  return [title, ...problems.map((problem) => `  - ${problem}`)].join('\n');
}
