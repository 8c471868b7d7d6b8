import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Job, JobResult } from './load-job.ts';

/** The load generator: a process of its own, so that its work is not counted as that of the service. */
export interface LoadGenerator {
  /** One job at a time. @throws Error with the first answer that was not 200 */
  run(job: Job): Promise<JobResult>;
}

type Message = { readonly result: JobResult } | { readonly failure: string };

/** Starts the load generator for `work`, and ends it afterwards. */
export async function withLoadGenerator<Result>(work: (load: LoadGenerator) => Promise<Result>): Promise<Result> {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { serialization: 'advanced' });
  const ended = once(child, 'exit').then((): Message => ({ failure: 'the load generator has ended' }));
  try {
    return await work({
      async run(job) {
        const answered = once(child, 'message') as Promise<[Message]>;
        child.send(job);
        const message = await Promise.race([answered.then(([answer]) => answer), ended]);
        if ('failure' in message) throw new Error(message.failure);
        return message.result;
      },
    });
  } finally {
    if (child.connected) child.disconnect();
    await ended;
  }
}
