import { describePath, retriesOf } from './history.ts';
import type { DemoRecord } from './record.ts';
import type { Delivery } from './retries.ts';
import type { Shop } from './shop.ts';

/** Whatever takes longer has waited for something that it should not wait for, in milliseconds. */
const LATEST = 3_000;
/** What Redress stores of a stack trace at most, in bytes. */
const LONGEST_TRACE = 64 * 1_024;

/** What the shop knows of its deliveries. */
export type Delivered = Pick<Shop, 'deliveries' | 'problems'>;

/** What went other than it should, for a person; empty: nothing. */
export function findProblems(records: readonly DemoRecord[], shop: Delivered): string[] {
  const problems = records.flatMap((record) =>
    [...problemsWithPath(record), ...problemsWithRetries(record, shop), ...problemsWithTrace(record)].map(
      (text) => `${record.demoCase.processor}: ${text}`,
    ),
  );
  return [...problems, ...shop.problems];
}

function problemsWithPath({ demoCase, history }: DemoRecord): string[] {
  const path = history === null ? 'nothing' : describePath(history);
  return demoCase.paths.includes(path)
    ? []
    : [`what happened is "${path}", expected was "${demoCase.paths.join('" or "')}"`];
}

function problemsWithRetries({ reported, history }: DemoRecord, shop: Delivered): string[] {
  if (reported === null || history === null) return [];
  const retries = retriesOf(history);
  const deliveries = deliveriesOf(shop, reported.id);
  const problems = retries.flatMap(({ attempt, dueAt, preparedAt }): string[] => {
    const late = preparedAt - (dueAt ?? preparedAt);
    const received = deliveries.find((delivery) => delivery.attempt === attempt)?.receivedAt ?? preparedAt;
    return [
      ...(late < 0 ? [`retry ${attempt} came ${-late} ms before it was due`] : []),
      ...(late > LATEST ? [`retry ${attempt} came ${late} ms after it was due`] : []),
      ...(received - preparedAt > LATEST ? [`retry ${attempt} took ${received - preparedAt} ms to the shop`] : []),
    ];
  });
  const out = retries.map(({ attempt }) => attempt).join();
  const arrived = deliveries.map(({ attempt }) => attempt).join();
  return out === arrived ? problems : [...problems, `retries ${out} went out, the shop got ${arrived || 'none'}`];
}

function problemsWithTrace({ reported, cut }: DemoRecord): string[] {
  const sent = Buffer.byteLength(reported?.error.stackTrace ?? '');
  if (sent <= LONGEST_TRACE) return cut === null ? [] : ['its stack trace was changed'];
  if (cut === null || cut.stored > LONGEST_TRACE) return [`its stack trace of ${sent} bytes was not cut`];
  return cut.isFaithful ? [] : ['what is stored of its stack trace is not its beginning and its end'];
}

/** What the shop got of the retries of one record, in order. */
export const deliveriesOf = ({ deliveries }: Delivered, id: string): Delivery[] =>
  deliveries.filter(({ executionId }) => executionId === id);

/** Sends the shop a retry that nobody signed; whether the shop refused it. */
export async function tryForgery(shopUrl: string): Promise<boolean> {
  const response = await fetch(shopUrl, { method: 'POST', body: '{}' });
  await response.body?.cancel();
  return response.status === 401;
}
