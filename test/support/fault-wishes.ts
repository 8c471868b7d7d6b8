import type { CommandBodies, CommandName, FunctionInfo, RetrySpec } from '../../src/domain/index.ts';
import { FAILED_ATTEMPT, FAILED_EXECUTION, type UpdateName } from './api.ts';
import type { Wish } from './fault-ledger.ts';
import type { Random } from './fault-random.ts';

/** Contexts of the functions that fail: whose retries are pushed to a target, and whose are not. */
export const PUSHED = 'pushed-service';
const LISTENING = 'listening-service';

/**
 * What the records are like. `listening`: the service reads its retries and reports. `hasty`: pushed, with less time than
 * it takes to notice that a worker died. `patient`: pushed, with more time than the test takes, so that every attempt has
 * to be delivered.
 */
const KINDS = {
  listening: { contextName: LISTENING, executionTimeout: [1, 2] },
  hasty: { contextName: PUSHED, executionTimeout: [2, 3] },
  patient: { contextName: PUSHED, executionTimeout: [600, 900] },
} as const;
type Kind = keyof typeof KINDS;

/** A record that a client knows of. */
export interface KnownRecord {
  readonly id: string;
  readonly kind: Kind;
}

/** Wishes of one client, with ids that nobody else makes. */
export interface Wishes {
  create(): { readonly wish: Wish; readonly kind: Kind };
  update(record: KnownRecord): Wish;
  /** The report on an attempt that a target has taken over. */
  report(executionId: string, attempt: number): Wish;
}

export function createWishes(client: string, random: Random): Wishes {
  let count = 0;
  const nextId = (what: string): string => `${what}-${client}-${(count += 1)}`;
  const wish = (name: CommandName, aggregateId: string | null, body: unknown, headers = {}): Wish => ({
    name,
    aggregateId,
    requestId: nextId('request'),
    body,
    headers,
    sends: [],
  });
  return {
    create() {
      const kind = random.pick(['listening', 'listening', 'hasty', 'patient', 'patient']);
      const body: CommandBodies['create_execution_failed'] = {
        ...FAILED_EXECUTION,
        function: anyFunction(random, kind),
        executeAt: Date.now(),
        retrySpec: anyRetrySpec(random, kind),
      };
      return { wish: wish('create_execution_failed', random.chance(0.5) ? nextId('record') : null, body), kind };
    },
    update({ id, kind }) {
      const name = random.pick(UPDATES);
      return wish(
        name,
        id,
        BODIES[name](random, kind),
        random.chance(0.05) ? { 'command-aggregate-version': '2' } : {},
      );
    },
    report(executionId, attempt) {
      const succeeded = random.chance(0.5);
      return wish(
        succeeded ? 'apply_execution_success' : 'apply_execution_failed',
        executionId,
        succeeded ? { executeAt: Date.now() } : FAILED_ATTEMPT,
        { 'redress-attempt': String(attempt) },
      );
    },
  };
}

/** By how often they are sent; what ends a record's life is rare. */
const UPDATES = [
  ...(['prepare_compensation', 'prepare_compensation', 'force_prepare_compensation'] as const),
  ...(['apply_execution_failed', 'apply_execution_failed', 'apply_execution_success'] as const),
  ...(['apply_retry_spec', 'change_function', 'change_function', 'mark_recoverable', 'mark_recoverable'] as const),
  ...(['default_apply_resource_tags', 'default_apply_resource_tags'] as const),
  ...(['default_delete_aggregate', 'default_recover_aggregate', 'default_recover_aggregate'] as const),
] as const;

const BODIES: Readonly<Record<UpdateName, (random: Random, kind: Kind) => unknown>> = {
  prepare_compensation: () => ({}),
  force_prepare_compensation: () => ({}),
  apply_execution_success: () => ({ executeAt: Date.now() }),
  apply_execution_failed: () => ({ ...FAILED_ATTEMPT, executeAt: Date.now() }),
  apply_retry_spec: anyRetrySpec,
  change_function: anyFunction,
  mark_recoverable: (random) => ({
    recoverable: random.pick(['RECOVERABLE', 'RECOVERABLE', 'UNKNOWN', 'UNKNOWN', 'UNRECOVERABLE']),
  }),
  default_delete_aggregate: () => ({}),
  default_recover_aggregate: () => ({}),
  default_apply_resource_tags: (random) => ({ tags: { team: [`team ${random.whole(1, 9)}`] } }),
};

function anyFunction(random: Random, kind: Kind): FunctionInfo {
  return {
    ...FAILED_EXECUTION.function,
    contextName: KINDS[kind].contextName,
    name: `onEvent${random.whole(1, 9)}`,
  };
}

function anyRetrySpec(random: Random, kind: Kind): RetrySpec {
  const [shortest, longest] = KINDS[kind].executionTimeout;
  return { maxRetries: random.whole(3, 5), minBackoff: 1, executionTimeout: random.whole(shortest, longest) };
}
