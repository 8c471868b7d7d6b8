import { readFile } from 'node:fs/promises';
import type { BaseOptions } from '@platformatic/kafka';
import type { KafkaSettings, TlsFiles } from './settings.ts';

/** Milliseconds before a request is sent again that failed for a reason that may pass; doubled each time. */
const FIRST_RETRY = 200;
const LAST_RETRY = 5_000;
/** Seven waits, 16 s in all: a broker that is started anew is waited for, one that is away is told of. */
const RETRIES = 7;

/** A setting about Kafka names a file that cannot be used; the message says which and why. */
export class KafkaConfigError extends Error {
  override readonly name = 'KafkaConfigError';
}

/** What every client of the library is given. @throws KafkaConfigError */
export async function clientOptions({ brokers, clientId, tls, sasl }: KafkaSettings): Promise<BaseOptions> {
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    retries: RETRIES,
    retryDelay: (_client, _operation, attempt) => Math.min(FIRST_RETRY * 2 ** (attempt - 1), LAST_RETRY),
    // The server's name is what its certificate is checked against; brokers are addressed by names of their own.
    ...(tls && { tls: await readTls(tls), tlsServerName: true }),
    ...(sasl && { sasl: { ...sasl } }),
  };
}

async function readTls({ caFile, certFile, keyFile }: TlsFiles): Promise<NonNullable<BaseOptions['tls']>> {
  const [ca, cert, key] = await Promise.all([
    readPem('KAFKA_TLS_CA_FILE', caFile),
    readPem('KAFKA_TLS_CERT_FILE', certFile),
    readPem('KAFKA_TLS_KEY_FILE', keyFile),
  ]);
  return { ...(ca !== null && { ca }), ...(cert !== null && { cert }), ...(key !== null && { key }) };
}

async function readPem(variable: string, file: string | null): Promise<Buffer | null> {
  if (file === null) return null;
  try {
    return await readFile(file);
  } catch (error) {
    throw new KafkaConfigError(`${variable} cannot be read: ${(error as Error).message}`);
  }
}
