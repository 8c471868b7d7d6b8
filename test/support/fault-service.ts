import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './redress.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Lines of pino from here on are errors. */
const ERROR_LEVEL = 50;

/** A service process that is killed and started again at the same address. */
export interface FaultService {
  readonly url: string;
  /**
   * Starts it and does not wait: it may be killed before it serves. `main` is the `src/main.ts` of another release, where it
   * is given.
   */
  start(main?: string): void;
  /** Waits until its worker runs, or it has found Temporal where it has none; false: it was killed before. */
  working(): Promise<boolean>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
  /** What it has logged as an error, and ends that nobody asked for. */
  errors(): readonly string[];
}

/** Makes a service of this environment at a port that is free, or at `PORT`; nothing runs before its first start. */
export async function createFaultService(env: Readonly<Record<string, string>>): Promise<FaultService> {
  const port = env['PORT'] ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const sign = env['ROLES'] === 'api' ? 'temporal' : 'worker';
  const errors: string[] = [];
  let child: ChildProcess | null = null;

  return {
    url,
    start(main = MAIN) {
      const started = spawn(process.execPath, [main], {
        env: { ...process.env, LOG_LEVEL: 'info', ADVERTISED_URL: url, ...env, PORT: String(port) },
        // The channel ends the service when this process is gone.
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        if (stream === null) continue;
        createInterface({ input: stream }).on('line', (line) => {
          if (isError(line)) errors.push(line);
        });
      }
      started.once('exit', (code, signal) => {
        if (signal !== 'SIGKILL') errors.push(`it ended by itself (${signal ?? `code ${String(code)}`})`);
      });
    },
    async working() {
      const started = child;
      while (started !== null && started === child && isAlive(started)) {
        if (await isUp(`${url}/actuator/health/${sign}`)) return true;
        await sleep(50);
      }
      return false;
    },
    async kill() {
      const running = child;
      if (running === null || !isAlive(running)) return;
      const ended = once(running, 'exit');
      running.kill('SIGKILL');
      await ended;
    },
    errors: () => errors,
  };
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

async function isUp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // It does not listen yet, or was killed.
    return false;
  }
}

/** Lines of its log that tell of an error; what is no line of the log is one. */
function isError(line: string): boolean {
  try {
    const { level } = JSON.parse(line) as { level?: unknown };
    return typeof level !== 'number' || level >= ERROR_LEVEL;
  } catch {
    return true;
  }
}
