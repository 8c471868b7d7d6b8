import { setTimeout as sleep } from 'node:timers/promises';
import { attemptAll } from './attempts.ts';
import type { Benchmark } from './benchmark.ts';
import { type StoreSizes, type TemporalSizes, snapshotUpdates, storeSizes, temporalSizes } from './database-sizes.ts';
import { untilEngaged } from './engagement.ts';
import { type LoadGenerator, withLoadGenerator } from './load-generator.ts';
import { MIB, type Memory, memoryOf, mib } from './process-tree.ts';
import type { Servers } from './servers.ts';
import { type Side, startProduct, withSide } from './sides.ts';
import { formatRatio, median } from './statistics.ts';
import { type UpsertRatios, compareUpserts } from './upserts.ts';

/**
 * Open executions at which memory is read, records that are taken through an attempt, pairs of blocks with upserts and without,
 * seconds of the soak.
 */
const FULL = { open: [1_000, 10_000, 50_000], attempted: 2_000, pairs: 10, soak: 600 };
const USUAL = { open: [1_000, 10_000], attempted: 1_000, pairs: 6, soak: 120 };
const QUICK = { open: [500, 1_000], attempted: 200, pairs: 2, soak: 20 };
const CALLERS = 16;
/** Records of one round of the soak. */
const ROUND = 80;
/** Milliseconds until a record is due: long after the run. */
const PARKED = 365 * 24 * 3_600_000;
/** Seconds for the workflows of records that were only stored, as creates are while Temporal is slow: some 80 a second. */
const PATIENCE = 900;
/** Milliseconds until what follows from the last answer is written. */
const SETTLE = 2_000;
/** Temporal tells its visibility store of a change when it has the time. Looks until it has, and bytes that do not count. */
const MOST_LOOKS = 60;
const UNSETTLED = 64 * 1_024;
/** Milliseconds in which sessions report to the statistics of Postgres. */
const STATISTICS = 12_000;
const SAY_INTERVAL = 10_000;

const MEMORY_BAR = 512 * MIB;
const MEMORY_AT = 10_000;
const EVENT_BAR = 1_536;
/** The memory in the last quarter of the soak, to that in the second. */
const GROWTH_BAR = 1.05;

/** Search attributes do not follow the status. */
const SILENT = { VISIBILITY_UPSERTS: 'off' };

type Plan = typeof FULL;

interface Arena {
  readonly servers: Servers;
  readonly load: LoadGenerator;
  readonly plan: Plan;
}

export const storage: Benchmark = {
  about: 'bytes of events, snapshots and parked workflows in both databases, memory, and whether it grows',
  async run(servers, { quick, full }) {
    const plan = full ? FULL : quick ? QUICK : USUAL;
    return await withLoadGenerator(async (load) => {
      const arena = { servers, load, plan };
      const parked = await withSide(servers, startProduct, (product) => park(arena, product));
      const silent = await withSide(
        servers,
        (where) => startProduct(where, SILENT),
        (product) => parkSilently(arena, product),
      );
      const upserts = await withSide(servers, startProduct, (usual) =>
        withSide(
          servers,
          (where) => startProduct(where, SILENT, 'product_silent'),
          (other) =>
            compareUpserts(servers, { usual, silent: other }, plan.pairs, (side, count) => parkNew(arena, side, count)),
        ),
      );
      const soaked = await withSide(servers, startProduct, (product) => soak(arena, product));
      const found = { ...parked, silent, upserts, ...soaked };
      return { text: format(found), data: { plan, ...found }, failures: judge(found) };
    });
  },
};

/** Bytes that one record takes in both databases; Temporal's are null where its database is not ours to read. */
interface PerRecord {
  readonly event: number;
  readonly snapshot: number;
  readonly log: number;
  readonly temporal: TemporalSizes | null;
}

/** Memory by the number of open executions, the bytes of a parked record, and those that an attempt adds. */
async function park(arena: Arena, product: Side) {
  const { servers, plan } = arena;
  const before = await sizesOf(servers, product);
  const memory: { open: number; memory: Memory | null }[] = [];
  const ids: string[] = [];
  for (const open of plan.open) {
    servers.say(`Parking executions until there are ${open} …`);
    ids.push(...(await parkNew(arena, product, open - ids.length)));
    memory.push({ open, memory: memoryOf(product.pid) });
  }
  const parked = perRecord(before, await sizesOf(servers, product), ids.length);
  const attempt = await attempted(arena, product, ids.slice(0, plan.attempted));
  return { memory, parked, attempt };
}

/** The same attempt without search attributes that follow the status. */
async function parkSilently(arena: Arena, product: Side): Promise<PerRecord> {
  arena.servers.say('Once more with VISIBILITY_UPSERTS=off …');
  return attempted(arena, product, await parkNew(arena, product, arena.plan.attempted));
}

async function attempted({ servers }: Arena, product: Side, ids: readonly string[]): Promise<PerRecord> {
  const before = await sizesOf(servers, product);
  await attemptAll(product, ids, 'apply_execution_failed');
  return perRecord(before, await sizesOf(servers, product), ids.length);
}

/** Creates records and returns their ids once each has its workflow. @throws Error where some have none for too long */
async function parkNew({ servers, load }: Arena, product: Side, count: number): Promise<readonly string[]> {
  const ids = await create(load, product, count);
  const { left } = await untilEngaged(servers, product, PATIENCE);
  if (left > 0) throw new Error(`${left} records have no workflow after ${PATIENCE} s: their bytes cannot be read.`);
  await sleep(SETTLE, undefined, { signal: servers.stopping });
  return ids;
}

async function create(load: LoadGenerator, { url }: Side, count: number): Promise<readonly string[]> {
  const due = { first: Date.now() + PARKED, interval: 0 };
  const command = { name: 'create', due, stackTrace: '' } as const;
  return (await load.run({ url, callers: CALLERS, until: { commands: count }, command })).ids;
}

interface Sizes {
  readonly store: StoreSizes;
  readonly temporal: TemporalSizes | null;
}

/** Both databases, once all that follows from the last answer is written. */
async function sizesOf(servers: Servers, { databaseUrl }: Side): Promise<Sizes> {
  let temporal = await temporalSizes(servers);
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    await sleep(SETTLE, undefined, { signal: servers.stopping });
    const before = temporal;
    temporal = await temporalSizes(servers);
    if (total(temporal) - total(before) < UNSETTLED) break;
  }
  return { store: await storeSizes(databaseUrl), temporal };
}

const total = (sizes: TemporalSizes | null): number =>
  sizes === null ? 0 : sizes.history + sizes.state + sizes.visibility;

function perRecord(before: Sizes, after: Sizes, records: number): PerRecord {
  const grown = (of: (sizes: Sizes) => number): number => of(after) - of(before);
  const events = grown(({ store }) => store.events);
  return {
    event: grown(({ store }) => store.eventBytes) / events,
    snapshot: grown(({ store }) => store.snapshotBytes) / records,
    log: grown(({ store }) => store.logBytes) / events,
    temporal: before.temporal &&
      after.temporal && {
        history: (after.temporal.history - before.temporal.history) / records,
        state: (after.temporal.state - before.temporal.state) / records,
        visibility: (after.temporal.visibility - before.temporal.visibility) / records,
      },
  };
}

/** Whole lives of five events, an attempt that fails and one that succeeds, round by round, with a look at the memory after each round. */
async function soak({ servers, load, plan }: Arena, product: Side) {
  servers.say(`Whole lives for ${plan.soak} s …`);
  const before = await storeSizes(product.databaseUrl);
  const end = performance.now() + plan.soak * 1_000;
  const resident: number[] = [];
  for (let saidAt = 0; performance.now() < end;) {
    servers.stopping.throwIfAborted();
    const ids = await create(load, product, ROUND);
    await attemptAll(product, ids, 'apply_execution_failed');
    await attemptAll(product, ids, 'apply_execution_success');
    resident.push(memoryOf(product.pid)?.resident ?? Number.NaN);
    if (performance.now() < saidAt + SAY_INTERVAL) continue;
    servers.say(`${resident.length * ROUND} lives, ${mib(resident.at(-1) ?? Number.NaN)}.`);
    saidAt = performance.now();
  }
  const quarter = (number: number): number =>
    median(resident.slice(Math.floor(((number - 1) * resident.length) / 4), Math.ceil((number * resident.length) / 4)));
  await sleep(STATISTICS, undefined, { signal: servers.stopping });
  const after = await storeSizes(product.databaseUrl);
  return {
    soaked: { lives: resident.length * ROUND, before: quarter(2), after: quarter(4), resident },
    event: (after.eventBytes - before.eventBytes) / (after.events - before.events),
    updates: await snapshotUpdates(product.databaseUrl),
  };
}

type Found = Awaited<ReturnType<typeof park>> &
  Awaited<ReturnType<typeof soak>> & { readonly silent: PerRecord; readonly upserts: UpsertRatios };

function format({ memory, parked, attempt, silent, upserts, soaked, updates, event }: Found): string {
  return [
    ...memory.map(
      ({ open, memory: read }) =>
        `${open} open executions: ${read === null ? '–' : `${mib(read.resident)} resident (peak ${mib(read.peak)})`}`,
    ),
    `Bytes in Postgres, with indexes: ${bytes(parked.event)} for a create, ${bytes(attempt.event)} for each event of an attempt, ` +
      `${bytes(parked.snapshot)} for a snapshot; ${bytes(parked.log)} and ${bytes(attempt.log)} of write-ahead log`,
    `Bytes in Temporal: parked ${formatTemporal(parked.temporal)}`,
    `  a failed attempt adds ${formatTemporal(attempt.temporal)}`,
    `  with VISIBILITY_UPSERTS=off ${formatTemporal(silent.temporal)}`,
    `Attempts with VISIBILITY_UPSERTS=off: ${formatRatio(upserts.perSecond)} of the throughput, ` +
      `${upserts.temporal === null ? '–' : formatRatio(upserts.temporal)} of the CPU of Temporal`,
    `Bytes per event of a whole life, stack traces empty: ${bytes(event)}`,
    `Snapshots: ${updates.updates} updates, ${((100 * updates.inPlace) / updates.updates).toFixed(1)} % in place (HOT), ` +
      `${updates.dead} dead rows, ${updates.vacuums} vacuums`,
    `Soak: ${soaked.lives} lives; ${mib(soaked.before)} in its second quarter, ${mib(soaked.after)} in its last`,
  ].join('\n');
}

function judge({ memory, soaked, event }: Found): string[] {
  return [
    ...memory.flatMap(({ open, memory: read }) =>
      open !== MEMORY_AT || read === null || read.resident <= MEMORY_BAR
        ? []
        : [`The service takes ${mib(read.resident)} with ${open} open executions; 512 MiB is the bar.`],
    ),
    ...(event <= EVENT_BAR ? [] : [`An event takes ${bytes(event)}; ${bytes(EVENT_BAR)} is the bar.`]),
    ...(soaked.after <= soaked.before * GROWTH_BAR
      ? []
      : [`The memory grew from ${mib(soaked.before)} to ${mib(soaked.after)} during the soak.`]),
  ];
}

const bytes = (value: number): string => `${value.toFixed(0)} B`;

function formatTemporal(sizes: TemporalSizes | null): string {
  if (sizes === null) return '–';
  const { history, state, visibility } = sizes;
  return `${bytes(history + state + visibility)} (history ${bytes(history)}, state ${bytes(state)}, visibility ${bytes(visibility)})`;
}
