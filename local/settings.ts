import { join } from 'node:path';

/** The folder of this clone. */
export const ROOT = join(import.meta.dirname, '..');

/** One setting of `local/` as people see it. */
interface Setting {
  readonly name: string;
  readonly defaultText: string;
  readonly meaning: string;
}

const SETTINGS: readonly Setting[] = [
  {
    name: 'DATA_DIR',
    defaultText: '.data',
    meaning: 'Folder for everything that is kept: databases, logs, ports. One instance per folder.',
  },
  {
    name: 'DATABASE_URL',
    defaultText: 'a Postgres of its own in DATA_DIR',
    meaning: 'Use this Postgres instead.',
  },
  {
    name: 'TEMPORAL_ADDRESS',
    defaultText: 'a Temporal of its own in DATA_DIR',
    meaning: 'Use this Temporal instead; so does any other setting or profile that says where Temporal is.',
  },
  { name: 'POSTGRES_PORT', defaultText: 'any free one, kept', meaning: 'Port of the Postgres of its own.' },
  { name: 'TEMPORAL_PORT', defaultText: 'any free one, kept', meaning: 'Port of the Temporal of its own.' },
  { name: 'TEMPORAL_UI_PORT', defaultText: 'any free one, kept', meaning: 'Port of the Web UI of that Temporal.' },
];

/** What `npm start` adds to the settings of the service, as plain text for a terminal. */
export const settingsHelp = (): string =>
  SETTINGS.map(({ name, defaultText, meaning }) => `  ${name} (${defaultText})\n      ${meaning}`).join('\n');

/** A variable of the environment; an empty one counts as unset. */
export function setting(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
