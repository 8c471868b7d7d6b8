import { z } from 'zod';
import { undecodable } from '../json-body.ts';
import { illegalArgument } from '../request-error.ts';
import { BOOTSTRAP_SERVERS, TIME_ZONE, TOPIC_PREFIX } from './names.ts';

/** What a script is made for: the BiScriptRequest of contract 5.5.2 with its defaults. */
export interface BiScriptOptions {
  readonly database: string;
  readonly consumerDatabase: string;
  /** Null: a single server. */
  readonly cluster: { readonly name: string; readonly installation: string } | null;
  readonly timezone: string;
  readonly kafkaBootstrapServers: string;
  readonly topicPrefix: string;
  readonly maxExpansionDepth: number;
  readonly unsupportedTypeStrategy: 'FAIL' | 'RAW_JSON';
}

const MAX_EXPANSION_DEPTH = 5;

const CONTROL_CHARACTER = /\p{Cc}/u;

const text = z.string().nullish();

/** One of a few words in any letter case. */
const word = <const Words extends readonly string[]>(words: Words) =>
  z.preprocess((input) => (typeof input === 'string' ? input.toUpperCase() : input), z.enum(words));

const REQUEST = z.object({
  operation: word(['DEPLOY', 'RESET']).default('DEPLOY'),
  database: text,
  consumerDatabase: text,
  topology: z
    .object({
      mode: word(['CLUSTER', 'STANDALONE']),
      cluster: z.object({ name: text, installation: text }).nullish(),
    })
    .nullish(),
  timezone: text,
  kafkaBootstrapServers: text,
  topicPrefix: text,
  maxExpansionDepth: z.int().nullish(),
  unsupportedTypeStrategy: word(['FAIL', 'RAW_JSON']).nullish(),
  replayFromEarliestConfirmed: z.boolean().nullish(),
});

type Request = z.output<typeof REQUEST>;

/** Reads a decoded BiScriptRequest; undefined or null where there was no body. @throws RequestError */
export function readScriptRequest(json: unknown): BiScriptOptions {
  if (json === undefined || json === null) throw illegalArgument('BI script request body must not be empty');
  const reading = REQUEST.safeParse(json);
  if (!reading.success) throw undecodable(z.prettifyError(reading.error).replaceAll(/\s*\n\s*→ /g, ' '));
  const request = reading.data;
  checkOperation(request);
  const { topology } = request;
  if (topology?.mode === 'STANDALONE' && topology.cluster !== undefined && topology.cluster !== null) {
    throw illegalArgument('topology.cluster must not be configured in STANDALONE mode');
  }
  return {
    database: textOr('bi_db', 'database', request.database),
    consumerDatabase: textOr('bi_db_consumer', 'consumerDatabase', request.consumerDatabase),
    cluster:
      topology?.mode === 'STANDALONE'
        ? null
        : {
            name: textOr('{cluster}', 'topology.cluster.name', topology?.cluster?.name),
            installation: textOr('{installation}', 'topology.cluster.installation', topology?.cluster?.installation),
          },
    timezone: textOr(TIME_ZONE, 'timezone', request.timezone),
    kafkaBootstrapServers: textOr(BOOTSTRAP_SERVERS, 'kafkaBootstrapServers', request.kafkaBootstrapServers),
    topicPrefix: textOr(TOPIC_PREFIX, 'topicPrefix', request.topicPrefix),
    maxExpansionDepth: depth(request.maxExpansionDepth),
    unsupportedTypeStrategy: request.unsupportedTypeStrategy ?? 'RAW_JSON',
  };
}

/** Starting anew needs a look at what is deployed, which neither the original in its stock configuration nor this service has. */
function checkOperation({ operation, replayFromEarliestConfirmed }: Request): void {
  const isConfirmed = replayFromEarliestConfirmed ?? null;
  if (operation === 'DEPLOY' && isConfirmed !== null) {
    throw illegalArgument('replayFromEarliestConfirmed is only valid for RESET');
  }
  if (operation === 'DEPLOY') return;
  if (isConfirmed !== true) throw illegalArgument('replayFromEarliestConfirmed is required for RESET');
  throw illegalArgument('RESET requires an available BI deployment inspection');
}

function textOr(absent: string, field: string, value: string | null | undefined): string {
  if (value === undefined || value === null) return absent;
  if (value.trim() === '') throw illegalArgument(`${field} must not be blank`);
  if (CONTROL_CHARACTER.test(value)) throw illegalArgument(`${field} must not contain control characters`);
  return value;
}

function depth(value: number | null | undefined): number {
  const levels = value ?? MAX_EXPANSION_DEPTH;
  if (levels < 1) throw illegalArgument('maxExpansionDepth must be greater than or equal to 1');
  if (levels <= MAX_EXPANSION_DEPTH) return levels;
  throw illegalArgument(
    `maxExpansionDepth must be less than or equal to the configured maximum of ${MAX_EXPANSION_DEPTH}`,
  );
}
