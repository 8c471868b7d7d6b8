import { Pool } from 'undici';
import type { Side } from './sides.ts';

const CALLERS = 16;

/** How an attempt ends that was prepared by hand. */
export type End = 'apply_execution_failed' | 'apply_execution_success';

/** Takes each record through one attempt: two commands, each answered when it is stored. @throws Error with an answer that is not 200 */
export async function attemptAll({ url }: Side, ids: readonly string[], end: End): Promise<void> {
  const pool = new Pool(url, { connections: CALLERS, pipelining: 1 });
  const put = async (id: string, name: string, body: object): Promise<void> => {
    const path = `/execution_failed/${id}/${name}`;
    const headers = { 'content-type': 'application/json' };
    const response = await pool.request({ method: 'PUT', path, headers, body: JSON.stringify(body) });
    const answer = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`PUT ${path} was answered with ${response.statusCode}: ${answer}`);
  };
  const left = [...ids];
  const call = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      await put(id, 'force_prepare_compensation', {});
      await put(
        id,
        end,
        end === 'apply_execution_failed' ? { error: ERROR, executeAt: Date.now() } : { executeAt: Date.now() },
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: CALLERS }, call));
  } finally {
    await pool.destroy();
  }
}

const ERROR = { errorCode: 'IllegalState', errorMsg: 'The mail gateway refused the message once more', stackTrace: '' };
