import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('executor-main.ts', import.meta.url));

/** How retries reach a service: it is called, it works for a task queue, or it reads the feed and reports back. */
export type Way = 'http' | 'temporal' | 'feed';

/** The function that an executor executes; its context is the name of the way. */
export const EXECUTED = { processorName: 'OrderNoticeSaga', name: 'onOrderPaid' };

/** What an executor is told; each way needs a part of it. */
export interface ExecutorSettings {
  readonly way: Way;
  /** The file that it writes down what it does in. */
  readonly journal: string;
  /** Where it listens. */
  readonly port: number;
  /** The address of Redress. */
  readonly redress: string;
  readonly temporal: string;
  readonly namespace: string;
  readonly taskQueue: string;
}

/** A service that executes retries, in a process that is killed and started again. */
export interface Executor {
  /** Starts it, and waits until it can be reached. @throws Error with what it says where it ends instead */
  start(): Promise<void>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
  /** The key of every attempt that was begun, again where it was begun again, in order. */
  begun(): readonly string[];
  /** The keys of attempts that the process which runs now is in the middle of. */
  underWay(): readonly string[];
}

/** Makes an executor; nothing runs before its first start. */
export function createExecutor(settings: ExecutorSettings): Executor {
  const { journal } = settings;
  let child: ChildProcess | null = null;

  const entries = (): readonly { pid: number; what: string; key: string }[] => {
    if (!existsSync(journal)) return [];
    const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [pid = '', what = '', key = ''] = line.split(' ');
      return { pid: Number(pid), what, key };
    });
  };

  return {
    async start() {
      const started = spawn(process.execPath, [MAIN, JSON.stringify(settings)], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      child = started;
      let said = '';
      started.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      await new Promise<void>((resolve, reject) => {
        started.once('message', () => {
          resolve();
        });
        started.once('exit', (code, signal) => {
          reject(new Error(`the executor ended with ${code ?? signal} before it was ready:\n${said}`));
        });
      });
    },
    async kill() {
      if (child?.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    begun: () => entries().flatMap(({ what, key }) => (what === 'begun' ? [key] : [])),
    underWay() {
      const mine = entries().filter(({ pid }) => pid === child?.pid);
      const ended = new Set(mine.flatMap(({ what, key }) => (what === 'ended' ? [key] : [])));
      return mine.flatMap(({ what, key }) => (what === 'begun' && !ended.has(key) ? [key] : []));
    },
  };
}
