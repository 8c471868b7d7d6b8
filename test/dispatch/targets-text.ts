import { join } from 'node:path';
import { expect } from 'vitest';
import { type HttpTarget, loadTargets, type Targets, TargetsFileError } from '../../src/dispatch/index.ts';
import { folderOf } from './service.ts';

/** A secret as Standard Webhooks writes it. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** The targets of a file that says `text`. */
export async function load(text: string, env: NodeJS.ProcessEnv = {}): Promise<Targets> {
  return loadTargets(join(await folderOf({ 'targets.yaml': text }), 'targets.yaml'), env);
}

/** What the file is refused for, line by line without its name. */
export async function problemsOf(text: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const error = await load(text, env).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TargetsFileError)) throw new Error('it was not refused', { cause: error });
  expect(error.problems).toHaveLength(error.message.split('\n').length);
  return error.message.split('\n').map((line) => {
    expect(line.startsWith(`targets file ${error.file}: `)).toBe(true);
    return line.slice(`targets file ${error.file}: `.length);
  });
}

/** The first target of the file, which has to be of kind http. */
export async function onlyHttpTarget(text: string, env: NodeJS.ProcessEnv = {}): Promise<HttpTarget> {
  const [target] = (await load(text, env)).all;
  if (target?.kind !== 'http') throw new Error('it is no http target');
  return target;
}

/** A file with one http target that has `settings`, one per line, beside name, kind and url. */
export const withSettings = (...settings: readonly string[]): string =>
  [
    'targets:',
    '  - name: orders',
    '    kind: http',
    '    url: https://orders.example/',
    ...settings.map((line) => `    ${line}`),
  ].join('\n');
