import { readdir, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buildTemporal, pinnedVersion } from './go-build.ts';
import { LocalError } from './local-error.ts';
import type { Say } from './log.ts';
import { downloadTemporal, type Fulfilment, type Wish } from './temporal-download.ts';
import { isAtLeast, type TemporalVersion, versionOf } from './temporal-version.ts';

/** A `temporal` program that can run the server. */
export interface TemporalCli {
  readonly file: string;
  readonly serverVersion: string;
}

export interface FindOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly say: Say;
  readonly stopping: AbortSignal;
  /** How to come by one that is not there yet, the quickest way first. */
  readonly ways?: readonly ((wish: Wish) => Promise<Fulfilment>)[];
}

/** The oldest that knows every flag we start it with. */
const OLDEST_CLI = '1.8.0';

/**
 * Finds a Temporal server for this machine, the quickest way first: on the PATH, made or downloaded before, downloaded by
 * an SDK, downloaded now, built from source.
 * @throws LocalError that names the ways when there is none
 */
export async function findTemporalCli(options: FindOptions): Promise<TemporalCli> {
  const { env, say, stopping, ways = [(wish: Wish) => downloadTemporal(wish), buildTemporal] } = options;
  const version = await pinnedVersion();
  const cached = join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'redress', `temporal-${version}`, 'temporal');
  const ready = (await findOnPath(env, say)) ?? (await findCached(cached)) ?? (await findOfSdk());
  if (ready !== null) return ready;
  const reasons: string[] = [];
  for (const way of ways) {
    const outcome = await way({ version, file: cached, env, say, stopping });
    stopping.throwIfAborted();
    const made = outcome.ok ? await findCached(cached) : null;
    if (made !== null) return made;
    reasons.push(outcome.ok ? `${cached} does not run on this machine.` : outcome.reason);
  }
  throw new LocalError(
    [
      'There is no Temporal server to be had. What was tried:',
      `  - a temporal ${OLDEST_CLI} or later on the PATH: none`,
      ...reasons.map((reason) => `  - ${reason}`),
      'Any one of these helps:',
      '  - install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on the PATH',
      '  - install Go (https://go.dev/dl), which builds it here once, in about three minutes',
      '  - set TEMPORAL_ADDRESS to a Temporal that runs elsewhere',
    ].join('\n'),
  );
}

async function findOnPath(env: NodeJS.ProcessEnv, say: Say): Promise<TemporalCli | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((name) => name !== '')) {
    const file = join(folder, 'temporal');
    const version = await versionOf(file);
    if (version === null) continue;
    if (isAtLeast(version.cli, OLDEST_CLI)) return found(file, version);
    say(`${file} is version ${version.cli}; at least ${OLDEST_CLI} is needed, so it is not used.`);
  }
  return null;
}

/** Ours carries its version in the name of its folder: what Go builds says 0.0.0. */
async function findCached(file: string): Promise<TemporalCli | null> {
  return found(file, await versionOf(file));
}

/** Where Temporal's SDKs keep the servers that they download for tests. Others may write there too. */
async function findOfSdk(): Promise<TemporalCli | null> {
  const names = (await readdir(tmpdir())).filter((name) => /^temporal-(sdk-[a-z]+-)?v?\d[\w.-]*$/.test(name));
  for (const file of names.map((name) => join(tmpdir(), name))) {
    const { uid } = await stat(file);
    const version = uid === process.getuid?.() ? await versionOf(file) : null;
    if (version !== null && isAtLeast(version.cli, OLDEST_CLI)) return found(file, version);
  }
  return null;
}

function found(file: string, version: TemporalVersion | null): TemporalCli | null {
  return version === null ? null : { file, serverVersion: version.server };
}
