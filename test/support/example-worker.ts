import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { temporalAddress } from './servers.ts';

const WORKER = fileURLToPath(new URL('../../examples/temporal-worker/worker.ts', import.meta.url));

/** The example worker as a process of its own: not ours to trust. */
export interface ExampleWorker {
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts `examples/temporal-worker`; whether it works is seen by what it does. */
export function startExampleWorker(namespace: string, queue: string, mailGateway: string): ExampleWorker {
  const child = spawn(process.execPath, [WORKER], {
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_NAMESPACE: namespace,
      TASK_QUEUE: queue,
      MAIL_GATEWAY: mailGateway,
    },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await ended;
  };
  return { stop: end('SIGTERM'), kill: end('SIGKILL') };
}
