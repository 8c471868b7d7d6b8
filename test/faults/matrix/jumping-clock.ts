import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The file that says by how many milliseconds the clocks of processes are wrong, by their `ROLES`. */
const VARIABLE = 'FAULT_CLOCK_FILE';
/** Milliseconds between two looks at it. */
const LOOK = 50;

type Offsets = Readonly<Record<string, number>>;

/** What a process needs in its environment for its clock to be taken over before anything else happens. */
export const clockEnv = (file: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${fileURLToPath(import.meta.url)}`,
  [VARIABLE]: file,
});

/** From now on the clocks are wrong by so many milliseconds; those that are not named are right. */
export function setClocks(file: string, offsets: Offsets): void {
  writeFileSync(`${file}.new`, JSON.stringify(offsets));
  renameSync(`${file}.new`, file);
}

/** By how many milliseconds each of these processes, named by their `ROLES`, goes wrong by its own account. */
export function readClocks(file: string, roles: readonly string[]): Offsets {
  return Object.fromEntries(roles.map((role) => [role, Number(readFileSync(saidIn(file, role), 'utf8'))]));
}

/** Where a process says by how much its `Date` is wrong. */
const saidIn = (file: string, role: string): string => `${file}.${role}`;

/**
 * Only `Date` is wrong, as after somebody set the clock of the machine: timers and `performance` go by another one. The native
 * core of Temporal's SDK reads that of the machine, which stays right.
 */
function takeClockOver(file: string): void {
  const { now } = Date;
  const role = process.env['ROLES'] ?? '';
  let offset = 0;
  setInterval(() => {
    const offsets = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Offsets) : {};
    const wanted = offsets[role] ?? 0;
    if (wanted === offset) return;
    offset = wanted;
    writeFileSync(saidIn(file, role), String(Date.now() - now()));
  }, LOOK).unref();
  globalThis.Date = new Proxy(Date, {
    construct: (real, args: unknown[], target: new (...args: unknown[]) => unknown): Date =>
      Reflect.construct(real, args.length === 0 ? [now() + offset] : args, target) as Date,
    apply: () => new Date(now() + offset).toString(),
    get: (real, key): unknown => (key === 'now' ? () => now() + offset : Reflect.get(real, key)),
  });
}

const file = process.env[VARIABLE];
if (file !== undefined) takeClockOver(file);
