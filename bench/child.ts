import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { markLog } from '../local/log-file.ts';
import { nodeOptions } from '../local/node-options.ts';

/** Milliseconds for a start, bundling the workflow included. */
const START_TIMEOUT = 120_000;
/** Milliseconds that a process gets to end by itself. */
const STOP_TIMEOUT = 15_000;

/** What a process says as soon as it serves. */
type Ready = { readonly url: string } | { readonly address: { readonly address: string; readonly port: number } };

/** A process that a benchmark measures. */
export interface Child {
  readonly pid: number;
  /** Where it listens. */
  readonly url: string;
  /** Sends it a message and waits for the answer. @throws Error where that is `{failure}`, or where the process ends */
  ask<Answer extends object>(message: object): Promise<Answer>;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
}

/** Starts a TypeScript program and waits until it serves. @throws Error with the end of its log where it ends instead */
export async function startChild(script: string, env: NodeJS.ProcessEnv, logFile: string): Promise<Child> {
  const log = openSync(logFile, 'a');
  const mark = markLog(logFile);
  const child = spawn(process.execPath, [script], {
    env: { ...env, NODE_OPTIONS: nodeOptions(env) },
    // A session of its own, so that Ctrl-C at the terminal does not end it in the middle of a block.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const ended = once(child, 'exit');
  try {
    const message = await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(START_TIMEOUT) }) as Promise<[Ready]>,
      ended.then(() => null),
    ]);
    if (message === null || child.pid === undefined) throw new Error('it has ended');
    const [ready] = message;
    const url = 'url' in ready ? ready.url : `http://${ready.address.address}:${ready.address.port}`;
    return {
      pid: child.pid,
      url,
      async ask<Answer extends object>(question: object) {
        const answered = once(child, 'message') as Promise<[Answer | { failure: string }]>;
        child.send(question);
        const [answer] = await Promise.race([answered, ended.then(() => [{ failure: 'it has ended' }] as const)]);
        if ('failure' in answer) throw new Error(`${script} gave up: ${answer.failure}`);
        return answer;
      },
      stop: () => stop(child, ended),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${script} does not start. The end of its log:\n${mark.tail()}`, { cause: error });
  }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  await ended;
  clearTimeout(late);
}
