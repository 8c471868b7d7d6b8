import type { DemoRecord } from './record.ts';
import { dueAt, type History, isExhausted } from './history.ts';
import { type Cell, type Column, layOut, type Look } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: '#', width: 1 },
  { title: 'handler', width: 15, from: 60 },
  { title: 'status', width: 9 },
  { title: 'retries', width: 7, from: 50 },
  { title: 'now', width: null },
];

/** How a status looks. */
const STATUS_LOOKS: Readonly<Record<History['status'], Look>> = {
  FAILED: 'red',
  PREPARED: 'yellow',
  SUCCEEDED: 'green',
};

/** The live table at `now` in a story that began at `startedAt`: how each case stands and what comes next. */
export function liveTable(records: readonly DemoRecord[], startedAt: number, now: number, columns: number): string[] {
  const rows = records.map(({ demoCase, history }): Cell[] => {
    const name: Cell[] = [{ text: String(demoCase.number), look: 'cyan' }, { text: demoCase.processor }];
    if (history === null) {
      const startsIn = startedAt + demoCase.startsAt - now;
      return [...name, { text: '-' }, { text: '-' }, { text: startsIn > 0 ? `fails in ${inSeconds(startsIn)}` : '' }];
    }
    const { status, retries, maxRetries } = history;
    return [
      ...name,
      { text: status, look: STATUS_LOOKS[status] },
      { text: `${retries} of ${maxRetries}` },
      { text: describeNow(history, now), ...(isExhausted(history) ? { look: 'red' } : {}) },
    ];
  });
  return ['', ...layOut(COLUMNS, rows, columns)];
}

function describeNow(history: History, now: number): string {
  const { status, retries, timeoutAt } = history;
  if (status === 'SUCCEEDED') return `recovered by retry ${retries}`;
  if (isExhausted(history)) return 'used up: a person has to act';
  if (status === 'PREPARED' && now <= timeoutAt) return `the shop has ${inSeconds(timeoutAt - now)} left to answer`;
  const left = dueAt(history) - now;
  return left > 0 ? `retry ${retries + 1} in ${inSeconds(left)}` : `retry ${retries + 1} is due`;
}

const inSeconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;
