import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createTargets, DEFAULT_TARGET, type Target, type Targets } from './target.ts';
import { readHeaders } from './target-headers.ts';
import { readSigner } from './target-secret.ts';
import { type Report, TargetsFileError, type TargetsFileProblem } from './targets-file-error.ts';
import { TARGET, TARGETS_FILE } from './targets-schema.ts';
import { parseTargetsText } from './targets-text.ts';
import type { ValueSources } from './value-source.ts';

/**
 * The targets in the file at `path`, YAML or JSON, with the values it takes from `env` and from other files;
 * null: only the built-in target.
 * @throws TargetsFileError about everything that is wrong with the file
 */
export async function loadTargets(path: string | null, env: NodeJS.ProcessEnv): Promise<Targets> {
  if (path === null) return createTargets([]);
  const problems: TargetsFileProblem[] = [];
  const report: Report = (at, text) => {
    problems.push({ path: at, text });
  };
  const file = TARGETS_FILE.safeParse(parseTargetsText(path, await readTargetsFile(path)));
  if (!file.success) throw new TargetsFileError(path, file.error.issues.map(toProblem));

  const sources: ValueSources = { env, folder: dirname(path) };
  const targets: Target[] = [];
  for (const [index, raw] of file.data.targets.entries()) {
    const target = await readTarget(raw, sources, (at, text) => {
      report(['targets', index, ...at], text);
    });
    if (target !== undefined) targets.push(target);
  }
  reportTakenNames(file.data.targets, report);
  if (problems.length > 0) throw new TargetsFileError(path, problems);
  return createTargets(targets);
}

async function readTargetsFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    const text = `cannot be read (${String(reason)}): does it exist, and may this process read it? Without TARGETS_FILE nothing is pushed.`;
    throw new TargetsFileError(path, [{ path: [], text }]);
  }
}

async function readTarget(raw: unknown, sources: ValueSources, report: Report): Promise<Target | undefined> {
  const entry = TARGET.safeParse(raw);
  if (!entry.success) {
    for (const { path, message } of entry.error.issues) report(path, message);
    return undefined;
  }
  if (entry.data.kind === 'event') return entry.data;
  if (entry.data.kind === 'temporal') {
    const { heartbeatTimeout = null, publishPrepared = null, ...target } = entry.data;
    return { ...target, heartbeatTimeout, publishPrepared };
  }
  const { kind, name, match, url, timeout = null, allow, publishPrepared = null } = entry.data;
  const headers = await readHeaders(entry.data.headers, sources, report);
  const sign = await readSigner(entry.data, sources, report);
  return { kind, name, match, url, timeout, allow, publishPrepared, sign, headers: () => headers };
}

/** Names are how people find a target in messages and logs, so each stands for one only. */
function reportTakenNames(entries: readonly unknown[], report: Report): void {
  const first = new Map<unknown, string>([[DEFAULT_TARGET.name, 'the built-in target']]);
  for (const [index, entry] of entries.entries()) {
    if (typeof entry !== 'object' || entry === null || !('name' in entry)) continue;
    const { name } = entry;
    const owner = first.get(name);
    if (owner === undefined) first.set(name, `targets[${index}]`);
    else report(['targets', index, 'name'], `is already the name of ${owner}: choose another`);
  }
}

const toProblem = ({ path, message }: { path: PropertyKey[]; message: string }): TargetsFileProblem => ({
  path,
  text: message,
});
