import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { startOpenLoop } from './open-loop.ts';

/** A request that asks something, and what is asked. */
export interface Question {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** Milliseconds from the request to the whole answer. */
export interface Answered {
  readonly name: string;
  readonly took: number;
}

/**
 * Keeps `callers` busy for so many seconds: each asks the next question when its last one is answered.
 * @throws Error with the first answer that is not 200
 */
export async function askFor(
  url: string,
  callers: number,
  seconds: number,
  next: () => Question,
): Promise<readonly Answered[]> {
  const pool = new Pool(url, { connections: callers, pipelining: 1 });
  const answered: Answered[] = [];
  const end = performance.now() + seconds * 1_000;
  const call = async (): Promise<void> => {
    while (performance.now() < end) {
      const question = next();
      const sentAt = performance.now();
      await ask(pool, question);
      answered.push({ name: question.name, took: performance.now() - sentAt });
    }
  };
  try {
    await Promise.all(Array.from({ length: callers }, call));
  } finally {
    await pool.destroy();
  }
  return answered;
}

/**
 * Asks so often per second for so many seconds, whoever is still waiting. Returns milliseconds, ascending; see
 * {@link startOpenLoop}.
 * @throws Error with the first answer that is not 200
 */
export async function askAtRate(
  url: string,
  perSecond: number,
  seconds: number,
  next: () => Question,
): Promise<readonly number[]> {
  const pool = new Pool(url, { pipelining: 1 });
  try {
    const loop = startOpenLoop(perSecond, () => ask(pool, next()));
    await sleep(seconds * 1_000);
    return await loop.stop();
  } finally {
    await pool.destroy();
  }
}

async function ask(pool: Pool, { method, path, name, ...question }: Question): Promise<void> {
  const body = question.body === undefined ? null : JSON.stringify(question.body);
  const headers = body === null ? {} : { 'content-type': 'application/json' };
  const response = await pool.request({ method, path, headers, body });
  const bytes = await response.body.bytes();
  if (response.statusCode !== 200) {
    throw new Error(`${name} was answered with ${response.statusCode}: ${Buffer.from(bytes).toString()}`);
  }
}
