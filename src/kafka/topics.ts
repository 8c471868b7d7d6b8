import { AGGREGATE_NAME } from '../domain/index.ts';
import type { KafkaSettings } from './settings.ts';

/** What Wow has a topic of its own for. */
const SUFFIXES = ['command', 'event', 'state'] as const;

/** The names of our topics by what they carry: `wow.compensation.execution_failed.event`. */
export type Topics = Readonly<Record<(typeof SUFFIXES)[number], string>>;

/** The topics of our aggregate as Wow names them: the alias of the context stands where messages carry its full name. */
export function topicsOf({ topicPrefix, contextAlias }: KafkaSettings): Topics {
  return Object.fromEntries(
    SUFFIXES.map((suffix) => [suffix, `${topicPrefix}${contextAlias}.${AGGREGATE_NAME}.${suffix}`]),
  ) as Topics;
}
