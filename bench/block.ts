import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadGenerator } from './load-generator.ts';
import type { Job } from './load-job.ts';
import { cpuOfTree } from './process-tree.ts';
import type { Servers } from './servers.ts';
import type { Side } from './sides.ts';

/** Milliseconds of CPU; null: it cannot be read. */
export interface Cpu {
  readonly service: number | null;
  readonly temporal: number | null;
  readonly postgres: number | null;
}

/** One side under load for some seconds. */
export interface Block {
  readonly side: Side['name'];
  readonly commands: number;
  readonly perSecond: number;
  /** Milliseconds, ascending. */
  readonly latencies: readonly number[];
  /** Per command. */
  readonly cpu: Cpu;
  readonly ids: readonly string[];
}

/** Milliseconds after the last answer in which the servers finish what follows from it: its CPU belongs to this block. */
const SETTLE = 500;

/** Runs a job on a side and reads what it cost. */
export async function runBlock(
  servers: Servers,
  load: LoadGenerator,
  side: Side,
  job: Omit<Job, 'url'>,
): Promise<Block> {
  servers.stopping.throwIfAborted();
  const before = readCpu(servers, side);
  const { commands, sent, seconds, latencies, ids } = await load.run({ ...job, url: side.url });
  await sleep(SETTLE);
  const after = readCpu(servers, side);
  return {
    side: side.name,
    commands,
    perSecond: commands / seconds,
    latencies,
    cpu: cpuPer(sent, before, after),
    ids,
  };
}

/** What a service and the servers have used up to now, with all the processes that they have started. */
export function readCpu(servers: Servers, { pid }: Pick<Side, 'pid'>): Cpu {
  const of = (pids: readonly number[]): number | null => {
    const used = pids.flatMap((each) => cpuOfTree(each) ?? []);
    return used.length === 0 ? null : used.reduce((sum, each) => sum + each);
  };
  return { service: of([pid]), temporal: of(servers.temporalPids()), postgres: of(servers.postgresPids()) };
}

/** What was used between two readings, per command. */
export function cpuPer(commands: number, before: Cpu, after: Cpu): Cpu {
  const per = (program: keyof Cpu): number | null => {
    const [from, to] = [before[program], after[program]];
    return from === null || to === null ? null : (to - from) / commands;
  };
  return { service: per('service'), temporal: per('temporal'), postgres: per('postgres') };
}
