import { AGGREGATE_NAME } from '../domain/index.ts';
import type { KafkaSettings } from './settings.ts';

/** What Wow has a topic of its own for. */
const SUFFIXES = ['command', 'event', 'state'] as const;

/** The names of our topics by what they carry: `wow.compensation.execution_failed.event`. */
export type Topics = Readonly<Record<(typeof SUFFIXES)[number] | 'deadLetters', string>>;

/** The topics of our aggregate as Wow names them: the alias of the context stands where messages carry its full name. */
export function topicsOf({ topicPrefix, contextAlias }: Pick<KafkaSettings, 'topicPrefix' | 'contextAlias'>): Topics {
  const beginning = `${topicPrefix}${contextAlias}.${AGGREGATE_NAME}`;
  return {
    ...(Object.fromEntries(SUFFIXES.map((suffix) => [suffix, `${beginning}.${suffix}`])) as Topics),
    // Of our own: what came by the topic of the commands and is none.
    deadLetters: `${beginning}.command.dead-letter`,
  };
}
