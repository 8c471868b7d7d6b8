import { Pool } from 'undici';
import type { Job, JobResult } from './load-job.ts';
import { type Request, requestOf } from './requests.ts';
import { ascending } from './statistics.ts';

async function run(job: Job): Promise<JobResult> {
  const pool = new Pool(job.url, { connections: job.callers, pipelining: 1 });
  const latencies: number[] = [];
  const ids: string[] = [];
  const startedAt = performance.now();
  const endsAt = 'seconds' in job.until ? startedAt + job.until.seconds * 1_000 : Infinity;
  const limit = 'commands' in job.until ? job.until.commands : Infinity;
  let sent = 0;
  const call = async (): Promise<void> => {
    while (sent < limit && performance.now() < endsAt) {
      const sentAt = performance.now();
      const id = await send(pool, requestOf(job, sent++));
      const now = performance.now();
      if (now > endsAt) return;
      latencies.push(now - sentAt);
      ids.push(id);
    }
  };
  try {
    await Promise.all(Array.from({ length: job.callers }, call));
  } finally {
    await pool.destroy();
  }
  const seconds = 'seconds' in job.until ? job.until.seconds : (performance.now() - startedAt) / 1_000;
  return { commands: latencies.length, sent, seconds, latencies: ascending(latencies), ids };
}

/** Sends a command, waits for its answer, and returns the id of its record. A benchmark of failures is worth nothing. */
async function send(pool: Pool, { method, path, body }: Request): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const { statusCode, body: answer } = await pool.request({ method, path, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`${method} ${path} was answered with ${statusCode}: ${text}`);
  return (JSON.parse(text) as { aggregateId: string }).aggregateId;
}

process.on('message', (job: Job) => {
  run(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
