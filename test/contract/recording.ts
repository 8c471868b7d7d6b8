import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A request as it went over the wire. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** An answer as it came over the wire, with those of its headers that mean something. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** One request to the original and its answer. */
export interface Exchange {
  /** `scenario/step`. */
  readonly name: string;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
  /** When it was sent: epoch milliseconds. */
  readonly at?: number;
  /** Said of a stream that was open while the exchanges were sent whose names begin with its own and a hyphen. */
  readonly concurrent?: string;
  /** The setting, in the original's words, that the original ran with for this exchange. */
  readonly config?: string;
}

/** The version that Redress matches. */
const MATCHED = 'exchanges-8.10.10.jsonl';
const FILES = /^exchanges-.+\.jsonl(\.gz)?$/;

/**
 * The exchanges of a file, or of a folder: of its recording of 8.10.10, or of all its recordings where that one is
 * missing. @throws Error for a folder without any
 */
export function readRecording(path: string): Exchange[] {
  if (!statSync(path).isDirectory()) return readExchanges(path);
  const files = readdirSync(path).filter((file) => FILES.test(file));
  const matched = files.filter((file) => file.startsWith(MATCHED));
  const chosen = (matched.length > 0 ? matched.slice(0, 1) : files).sort();
  if (chosen.length === 0) throw new Error(`${path} holds no recording: a file named like ${MATCHED}, or with .gz`);
  return chosen.flatMap((file) => readExchanges(join(path, file)));
}

function readExchanges(file: string): Exchange[] {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exchange);
}
