import { readFileSync, readdirSync } from 'node:fs';

/** Milliseconds in one tick of `/proc`: Linux reports times to programs in hundredths of a second. */
const TICK = 10;
const KIB = 1024;
export const MIB = 2 ** 20;

interface Times {
  readonly pid: number;
  readonly parent: number;
  /** Milliseconds, those of its ended children included. */
  readonly cpu: number;
}

/**
 * Milliseconds of CPU that a process and everything below it have used, what has ended meanwhile included. Null where the
 * system does not tell: only Linux does.
 */
export function cpuOfTree(root: number): number | null {
  if (process.platform !== 'linux') return null;
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readTimes(Number(name)) ?? []);
  const sum = (pid: number): number =>
    all.filter(({ parent }) => parent === pid).reduce((total, child) => total + child.cpu + sum(child.pid), 0);
  return (all.find(({ pid }) => pid === root)?.cpu ?? 0) + sum(root);
}

function readTimes(pid: number): Times | null {
  const stat = readProc(pid, 'stat');
  if (stat === null) return null;
  // The second field is the program's name in parentheses and may hold anything; the parent is the fourth, times are 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
  return { pid, parent: Number(fields[1]), cpu: ticks * TICK };
}

/** Bytes of memory of one process: what it holds now, and the most it ever held. */
export interface Memory {
  readonly resident: number;
  readonly peak: number;
}

export const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;

/** Null where the system does not tell: only Linux does. */
export function memoryOf(pid: number): Memory | null {
  const status = process.platform === 'linux' ? readProc(pid, 'status') : null;
  if (status === null) return null;
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * KIB;
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM') };
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // The process has ended since its id was read.
    return null;
  }
}
