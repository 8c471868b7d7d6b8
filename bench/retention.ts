import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Report } from './benchmark.ts';
import { type Cpu, cpuPer, readCpu } from './block.ts';
import { parkEngaged } from './engagement.ts';
import { withLoadGenerator } from './load-generator.ts';
import { provideManySnapshots } from './many-snapshots.ts';
import { startProbe } from './probe.ts';
import { type Servers, queryOnce } from './servers.ts';
import { type Side, startProduct, withSide } from './sides.ts';
import { percentile } from './statistics.ts';

/** Records with the events of a whole life; nine of ten of them are finished. */
const FULL = { records: 50_000 };
const QUICK = { records: 20_000 };
const FINISHED = 0.9;
/** Shorter than they have rested. */
const SETTINGS = { RETENTION: '1d' };
/** Milliseconds. */
const LOOK_INTERVAL = 1_000;
const SAY_INTERVAL = 10_000;
/** Milliseconds after which the removal has failed. */
const PATIENCE = 20 * 60_000;
/** Of what is to go so much has to be there at the first look: the service begins by itself. */
const SEEN = 0.5;
/** Records per second: what is removed when a thousand failures a second are to be outlived. */
const RATE_BAR = 1_000;
/** Milliseconds of 99 in 100 requests, of each kind, that are made meanwhile. */
const OTHERS_BAR = 500;

export const retention: Benchmark = {
  about: 'finished records that the service removes per second, and what it answers meanwhile',
  async run(servers, { quick }) {
    const plan = quick ? QUICK : FULL;
    const databaseUrl = await provideManySnapshots(servers, plan.records, plan.records);
    // They were stored without a write-ahead log.
    for (const table of ['snapshot', 'event_stream'])
      await queryOnce(databaseUrl, `alter table redress.${table} set logged`);
    await queryOnce(databaseUrl, 'checkpoint');
    const ids = await withLoadGenerator((load) =>
      withSide(servers, startProduct, (product) => parkEngaged(servers, load, product)),
    );
    const found = await withSide(
      servers,
      (on) => startProduct(on, SETTINGS),
      (product) => watchRemoval(servers, product, ids, plan.records * FINISHED),
    );
    return report(plan, found);
  },
};

interface Removal {
  readonly records: number;
  /** Finished ones that are still there. */
  readonly left: number;
  readonly events: number;
  readonly seconds: number;
  /** Milliseconds per record, creates and reads of the same time included. */
  readonly cpu: Cpu;
  /** Bytes of write-ahead log per record, likewise. */
  readonly log: number;
  /** Milliseconds: p99 of what else was asked meanwhile. */
  readonly others: { readonly page: number; readonly command: number; readonly create: number };
  readonly refused: readonly string[];
}

const LEFT = 'select count(*)::int as records from redress.snapshot where not open';
/** All events, and the bytes of write-ahead log that were ever written. */
const WRITTEN = `select (select count(*)::int from redress.event_stream) as events,
  (pg_current_wal_lsn() - '0/0')::float8 as log`;

async function only<Row extends object>({ databaseUrl }: Side, statement: string): Promise<Row> {
  const [row] = await queryOnce<Row>(databaseUrl, statement);
  if (row === undefined) throw new Error(`no row: ${statement}`);
  return row;
}

/** Looks on until nothing finished is left, while pages are read, commands are sent and failures are reported. */
async function watchRemoval(
  servers: Servers,
  product: Side,
  ids: readonly string[],
  expected: number,
): Promise<Removal> {
  const countLeft = async (): Promise<number> => (await only<{ records: number }>(product, LEFT)).records;
  const readWritten = () => only<{ events: number; log: number }>(product, WRITTEN);
  const before = { left: await countLeft(), written: await readWritten(), cpu: readCpu(servers, product) };
  if (before.left < expected * SEEN) throw new Error(`${before.left} of ${expected} were left before the first look`);
  const startedAt = performance.now();
  const probe = startProbe(product.url, ids, true);
  let { left } = before;
  for (let saidAt = startedAt; left > 0 && performance.now() < startedAt + PATIENCE;) {
    await sleep(LOOK_INTERVAL, undefined, { signal: servers.stopping });
    left = await countLeft();
    if (performance.now() < saidAt + SAY_INTERVAL) continue;
    servers.say(`${left} of ${before.left} finished records are left.`);
    saidAt = performance.now();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const records = before.left - left;
  const cpu = cpuPer(records, before.cpu, readCpu(servers, product));
  const { pages, commands, creates, refused } = await probe.stop();
  const written = await readWritten();
  return {
    records,
    left,
    seconds,
    events: before.written.events - written.events,
    log: (written.log - before.written.log) / records,
    cpu,
    others: { page: percentile(pages, 0.99), command: percentile(commands, 0.99), create: percentile(creates, 0.99) },
    refused,
  };
}

function report(plan: typeof FULL, found: Removal): Report {
  const { records, left, events, seconds, cpu, log, others, refused } = found;
  const perSecond = records / seconds;
  const ms = (value: number | null): string => value?.toFixed(2) ?? '–';
  const text = [
    `${records} records with ${events} events removed within ${seconds.toFixed(0)} s: ${perSecond.toFixed(0)} records and ${(events / seconds).toFixed(0)} events a second`,
    `CPU per record: service ${ms(cpu.service)}, Postgres ${ms(cpu.postgres)} ms; write-ahead log ${log.toFixed(0)} B (with what else was asked)`,
    `Meanwhile, p99: pages ${others.page.toFixed(0)}, commands ${others.command.toFixed(0)}, creates ${others.create.toFixed(0)} ms`,
  ].join('\n');
  const failures = [
    ...(left === 0 ? [] : [`${left} finished records are left after ${seconds.toFixed(0)} s.`]),
    ...(perSecond >= RATE_BAR ? [] : [`${perSecond.toFixed(0)} records a second are removed; ${RATE_BAR} is the bar.`]),
    ...(refused.length === 0 ? [] : [`Not answered with 200: ${refused.length}, the first one ${refused[0] ?? ''}.`]),
    ...Object.entries(others).flatMap(([name, p99]) =>
      p99 <= OTHERS_BAR ? [] : [`p99 of each ${name} is ${p99.toFixed(0)} ms; ${OTHERS_BAR} is the bar.`],
    ),
  ];
  return { text, data: { plan, ...found }, failures };
}
