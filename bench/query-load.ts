import { Pool } from 'undici';

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
      const body = question.body === undefined ? null : JSON.stringify(question.body);
      const sentAt = performance.now();
      await ask(pool, question, body);
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

async function ask(pool: Pool, { method, path, name }: Question, body: string | null): Promise<void> {
  const headers = body === null ? {} : { 'content-type': 'application/json' };
  const response = await pool.request({ method, path, headers, body });
  const bytes = await response.body.bytes();
  if (response.statusCode !== 200) {
    throw new Error(`${name} was answered with ${response.statusCode}: ${Buffer.from(bytes).toString()}`);
  }
}
