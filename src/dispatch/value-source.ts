import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ValueSource } from './targets-schema.ts';

/** Where the values come from that do not stand in the targets file. */
export interface ValueSources {
  readonly env: NodeJS.ProcessEnv;
  /** The folder of the targets file: relative paths in it start here. */
  readonly folder: string;
}

/** The text that `source` stands for; undefined: there is none, and `complain` was told why. A file's last line break is not part of it. */
export async function readValue(
  source: ValueSource,
  { env, folder }: ValueSources,
  complain: (text: string) => void,
): Promise<string | undefined> {
  if (typeof source === 'string') return source;
  if ('env' in source) {
    // Every object has a `toString`, process.env too.
    const value = Object.hasOwn(env, source.env) ? env[source.env] : undefined;
    if (value !== undefined && value !== '') return value;
    complain(`is taken from the environment variable ${source.env}, which is not set`);
    return undefined;
  }
  const path = resolve(folder, source.file);
  try {
    const value = (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
    if (value !== '') return value;
    complain(`is taken from the file ${path}, which is empty`);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    complain(`is taken from the file ${path}, which cannot be read (${String(reason)})`);
  }
  return undefined;
}
