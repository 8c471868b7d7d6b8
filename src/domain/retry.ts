import type { RetrySpec, RetryState } from './values.ts';
import { type Refusal, refuse } from './refusal.ts';

const INT64_MAX = 2n ** 63n - 1n;
/** From here on 2^retries itself leaves the signed 64-bit range (contract 3.4). */
const RETRIES_BEYOND_INT64 = 63;

/** Used where a failure names no retry spec of its own (contract 3.1). */
export const DEFAULT_RETRY_SPEC: RetrySpec = { maxRetries: 10, minBackoff: 180, executionTimeout: 120 };

/**
 * The retry state after `retries` attempts, the last one prepared at `retryAt` (contract 3.4, 8.10.10):
 * `nextRetryAt = retryAt + minBackoff * 2^retries * 1000`, `timeoutAt = retryAt + executionTimeout * 1000`.
 * Times beyond 2^53 - 1 ms cannot be told apart in JSON, so they are refused as those beyond 64 bits are.
 */
export function nextRetryState(spec: RetrySpec, retries: number, retryAt: number): RetryState | Refusal {
  const times = retryTimes(spec, retries, BigInt(retryAt));
  if ('ok' in times) return times;
  const all = [BigInt(retryAt), times.timeoutAt, times.nextRetryAt];
  if (all.some((time) => time > Number.MAX_SAFE_INTEGER || time < Number.MIN_SAFE_INTEGER)) return overflow();
  return { retries, retryAt, timeoutAt: Number(times.timeoutAt), nextRetryAt: Number(times.nextRetryAt) };
}

/** Checks a spec as 8.10.10 does: its ranges, then a trial calculation of its last retry in 64-bit arithmetic. */
export function checkRetrySpec(spec: RetrySpec): Refusal | undefined {
  if (spec.maxRetries < 0) return refuse('IllegalArgument', 'maxRetries must be greater than or equal to 0.');
  const trial = retryTimes(spec, spec.maxRetries, 0n);
  if ('ok' in trial) return trial;
  return trial.nextRetryAt > INT64_MAX ? overflow() : undefined;
}

function retryTimes(
  spec: RetrySpec,
  retries: number,
  retryAt: bigint,
): { timeoutAt: bigint; nextRetryAt: bigint } | Refusal {
  if (spec.executionTimeout < 0) {
    return refuse('IllegalArgument', 'executionTimeout must be greater than or equal to 0.');
  }
  if (spec.minBackoff < 0) return refuse('IllegalArgument', 'minBackoff must be greater than or equal to 0.');
  if (spec.minBackoff > 0 && retries >= RETRIES_BEYOND_INT64) {
    return refuse('BadRequest', 'Retry backoff exceeds the supported millisecond range.');
  }
  const backoff = spec.minBackoff === 0 ? 0n : BigInt(spec.minBackoff) * 2n ** BigInt(retries) * 1000n;
  return { timeoutAt: retryAt + BigInt(spec.executionTimeout) * 1000n, nextRetryAt: retryAt + backoff };
}

const overflow = (): Refusal => refuse('BadRequest', 'long overflow');
