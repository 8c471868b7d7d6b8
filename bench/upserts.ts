import { setTimeout as sleep } from 'node:timers/promises';
import { attemptAll } from './attempts.ts';
import { type Cpu, cpuPer, readCpu } from './block.ts';
import type { Servers } from './servers.ts';
import type { Side } from './sides.ts';
import { type PairedRatio, pairedRatio } from './statistics.ts';

/** Records of one block, each taken through an attempt that fails: two commands, which change the status. */
const RECORDS = 300;
const COMMANDS = 2 * RECORDS;
/** Milliseconds in which the servers finish what follows from the last answer. */
const SETTLE = 2_000;

/** The service with search attributes that follow the status, and without. */
export interface UpsertSides {
  readonly usual: Side;
  readonly silent: Side;
}

/** What it is without them, to what it is with them. */
export interface UpsertRatios {
  readonly perSecond: PairedRatio;
  /** CPU of Temporal per command; null: it cannot be read. */
  readonly temporal: PairedRatio | null;
}

interface Block {
  readonly perSecond: number;
  readonly cpu: Cpu;
}

/** Takes records of both sides through an attempt in turns, `pairs` times; `park` creates them. A first pair only warms up. */
export async function compareUpserts(
  servers: Servers,
  { usual, silent }: UpsertSides,
  pairs: number,
  park: (side: Side, count: number) => Promise<readonly string[]>,
): Promise<UpsertRatios> {
  const measure = async (side: Side): Promise<Block> => {
    const ids = await park(side, RECORDS);
    const before = readCpu(servers, side);
    const startedAt = performance.now();
    await attemptAll(side, ids, 'apply_execution_failed');
    const seconds = (performance.now() - startedAt) / 1_000;
    await sleep(SETTLE, undefined, { signal: servers.stopping });
    return { perSecond: COMMANDS / seconds, cpu: cpuPer(COMMANDS, before, readCpu(servers, side)) };
  };
  const rates: number[] = [];
  const costs: number[] = [];
  for (let index = 0; index <= pairs; index += 1) {
    const isUsualFirst = index % 2 === 0;
    const first = await measure(isUsualFirst ? usual : silent);
    const second = await measure(isUsualFirst ? silent : usual);
    const [on, off] = isUsualFirst ? [first, second] : [second, first];
    servers.say(
      `Attempts with upserts and without, ${index === 0 ? 'warming up' : `pair ${index} of ${pairs}`}: ` +
        `${on.perSecond.toFixed(1)}/s and ${off.perSecond.toFixed(1)}/s`,
    );
    if (index === 0) continue;
    rates.push(off.perSecond / on.perSecond);
    if (on.cpu.temporal !== null && off.cpu.temporal !== null) costs.push(off.cpu.temporal / on.cpu.temporal);
  }
  return { perSecond: pairedRatio(rates), temporal: costs.length === pairs ? pairedRatio(costs) : null };
}
