import type { FunctionInfo } from '../domain/index.ts';
import type { AllowEntry } from './allow-list.ts';
import { matchesPattern } from './pattern.ts';

/** Which functions a target is for, by patterns as {@link matchesPattern} reads them. */
export interface TargetMatch {
  readonly context: string;
  readonly processor: string;
  readonly function: string;
}

/** Nothing is pushed: the service reads that a retry is prepared, from the feed or Kafka, and reports back. */
export interface EventTarget {
  readonly kind: 'event';
  readonly name: string;
  readonly match: TargetMatch;
}

/** Prepared retries are POSTed to the service. */
export interface HttpTarget {
  readonly kind: 'http';
  readonly name: string;
  readonly match: TargetMatch;
  readonly url: URL;
  /** Signs `body` as message `id` sent at `at`; null: deliveries are not signed. A function, so that no log can print the secret. */
  readonly sign: ((id: string, at: Date, body: string) => string) | null;
  /** Sent with every delivery, names in lower case. A function like `sign`: their values may be secrets too. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Seconds an answer may take; null: until the deadline of the attempt. */
  readonly timeout: number | null;
  /** Hosts, addresses and networks that this target may reach although the address guard refuses them. */
  readonly allow: readonly AllowEntry[];
  readonly publishPrepared: PublishPrepared;
}

/** Prepared retries are activities on a task queue of our Temporal namespace, for workers in any language. */
export interface TemporalTarget {
  readonly kind: 'temporal';
  readonly name: string;
  readonly match: TargetMatch;
  readonly taskQueue: string;
  /** Seconds without a heartbeat after which the worker counts as dead; null: it is given until the deadline of the attempt. */
  readonly heartbeatTimeout: number | null;
  readonly publishPrepared: PublishPrepared;
}

/** Whether prepared retries that are pushed are published on Kafka too; null: nobody has decided, and they are. */
export type PublishPrepared = boolean | null;

export type Target = EventTarget | HttpTarget | TemporalTarget;

export interface Targets {
  /** Who executes the retries of `f`: the first match in the order of the file, else the built-in target `event`. */
  forFunction(f: FunctionInfo): Target;
  /** Whether those who read Kafka are told of prepared retries of `f`. */
  publishesPrepared(f: FunctionInfo): boolean;
  /** In order, the built-in one last. */
  readonly all: readonly Target[];
}

/** What is used where no target of the file matches. */
export const DEFAULT_TARGET: EventTarget = {
  kind: 'event',
  name: 'event',
  match: { context: '*', processor: '*', function: '*' },
};

/** The targets in order of precedence; the built-in one is added. */
export function createTargets(targets: readonly Target[]): Targets {
  const forFunction = (f: FunctionInfo): Target =>
    targets.find(({ match }) => matchesFunction(match, f)) ?? DEFAULT_TARGET;
  return {
    forFunction,
    publishesPrepared(f) {
      const target = forFunction(f);
      return target.kind === 'event' || target.publishPrepared !== false;
    },
    all: [...targets, DEFAULT_TARGET],
  };
}

function matchesFunction(match: TargetMatch, f: FunctionInfo): boolean {
  return (
    matchesPattern(match.context, f.contextName) &&
    matchesPattern(match.processor, f.processorName) &&
    matchesPattern(match.function, f.name)
  );
}
