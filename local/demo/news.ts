import type { Redress } from '../../client/src/index.ts';
import { dueAt, follow, isExhausted } from './history.ts';
import { describeStep, indented } from './lines.ts';
import type { DemoRecord, Links } from './record.ts';
import type { Notice } from './retries.ts';
import type { Shop } from './shop.ts';
import { compareTraces, type TraceCut } from './trace.ts';

/** Something to be told, in the order of its time, epoch milliseconds. */
export interface News {
  readonly at: number;
  readonly record: DemoRecord;
  readonly text: string;
}

/** Reads what has happened to a record since the last time, and keeps it in the record. */
export async function readNews(redress: Redress, links: Links, record: DemoRecord): Promise<News[]> {
  if (record.reported === null) return [];
  const { id, error } = record.reported;
  const news: News[] = [];
  for (const stream of await redress.events.of(id, (record.history?.version ?? 0) + 1)) {
    const history = follow(record.history, stream);
    record.history = history;
    const step = history.steps.at(-1);
    if (step === undefined) continue;
    const nextIn = step.kind === 'failed' && !isExhausted(history) ? dueAt(history) - step.at : null;
    const lines = [describeStep(step, nextIn)];
    const [event] = stream.body;
    if (event.name === 'execution_failed_created') {
      record.cut = compareTraces(error.stackTrace, event.body.error.stackTrace);
      const places = [`record   ${links.record(id)}`, `workflow ${links.workflow(id)}`];
      lines.push(indented([...(record.cut === null ? [] : describeCut(record.cut)), ...places]));
    }
    news.push({ at: step.at, record, text: lines.join('\n') });
  }
  return news;
}

/** Reads what the shop says about retries, each once and not before it is known that the retry went out. */
export function createNoticeReader(shop: Shop): (record: DemoRecord) => News[] {
  const told = new Set<Notice>();
  return (record) => {
    const { reported, history } = record;
    if (reported === null || history === null) return [];
    const fresh = shop.notices.filter(
      (notice) => !told.has(notice) && notice.executionId === reported.id && notice.attempt <= history.retries,
    );
    for (const notice of fresh) told.add(notice);
    return fresh.map(({ at, text }) => ({ at, record, text: `the shop ${text}` }));
  };
}

const describeCut = ({ sent, stored, lastLine, lines, marker }: TraceCut): string[] => [
  `its stack trace has ${sent} bytes in ${lines} lines, ${stored} bytes are stored:`,
  `lines 1 to ${lastLine}, then "${marker}", then the end`,
];
