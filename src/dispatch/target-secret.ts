import { Webhook } from 'standardwebhooks';
import type { HttpTarget } from './target.ts';
import type { Report } from './targets-file-error.ts';
import type { HttpEntry, ValueSource } from './targets-schema.ts';
import { readValue, type ValueSources } from './value-source.ts';

const PREFIX = 'whsec_';
/** Lengths of a key in bytes, by the specification of Standard Webhooks. */
const MIN_KEY = 24;
const MAX_KEY = 64;

/** What signs the deliveries of a target; null: it has no secret, or one that was reported. */
export async function readSigner(entry: HttpEntry, sources: ValueSources, report: Report): Promise<HttpTarget['sign']> {
  const given = secretSources(entry);
  const [first, second] = given;
  if (first === undefined) return null;
  const [setting, source] = first;
  if (second !== undefined) {
    report([second[0]], `stands beside ${setting}: give one of secret, secretEnv and secretFile`);
    return null;
  }
  const complain = (text: string): void => {
    report([setting], text);
  };
  const secret = await readValue(source, sources, complain);
  if (secret === undefined) return null;
  if (!isSecret(secret)) {
    complain(
      `must be "${PREFIX}" and a key of ${MIN_KEY} to ${MAX_KEY} bytes in base64. Make one: echo "${PREFIX}$(openssl rand -base64 32)"`,
    );
    return null;
  }
  const webhook = new Webhook(secret);
  return (id, at, body) => webhook.sign(id, at, body);
}

function secretSources({ secret, secretEnv, secretFile }: HttpEntry): (readonly [string, ValueSource])[] {
  const given: (readonly [string, ValueSource])[] = [];
  if (secret !== undefined) given.push(['secret', secret]);
  if (secretEnv !== undefined) given.push(['secretEnv', { env: secretEnv }]);
  if (secretFile !== undefined) given.push(['secretFile', { file: secretFile }]);
  return given;
}

function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false;
  const base64 = text.slice(PREFIX.length);
  const key = Buffer.from(base64, 'base64');
  return key.toString('base64') === base64 && key.length >= MIN_KEY && key.length <= MAX_KEY;
}
