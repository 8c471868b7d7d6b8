import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const FOLDER = fileURLToPath(new URL('../histories/', import.meta.url));
const REPOSITORY = new URL('../../', import.meta.url);
/** What the SDK calls a process: its number and the machine. */
const IDENTITY = new RegExp(`\\d+@${hostname().replaceAll('.', '[.]')}`, 'g');
/** Stack traces lead there, wherever packages are really installed. */
const PACKAGES = /(?:file:\/\/)?\/[^\s"()]*?\/node_modules\//g;
/** Histories of more characters are stored compressed. */
const LARGE = 64 * 1024;

/** A recorded history: its name, and the JSON that the SDK replays. */
export interface RecordedHistory {
  readonly name: string;
  readonly history: unknown;
}

/** Every history in `test/histories`. */
export function loadHistories(): RecordedHistory[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const bytes = readFileSync(FOLDER + file);
      const json = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
      return { name: file.replace(/\.json(\.gz)?$/, ''), history: JSON.parse(json.toString()) as unknown };
    });
}

/** Stores a history under its name, without a word about the machine on which it was recorded. */
export function saveHistory(name: string, json: string): void {
  const text = JSON.stringify(JSON.parse(json))
    .replaceAll(REPOSITORY.href, '')
    .replaceAll(fileURLToPath(REPOSITORY), '')
    .replaceAll(PACKAGES, 'node_modules/')
    .replaceAll(IDENTITY, 'redress');
  if (text.length <= LARGE) writeFileSync(`${FOLDER}${name}.json`, text);
  else writeFileSync(`${FOLDER}${name}.json.gz`, gzipSync(text));
}
