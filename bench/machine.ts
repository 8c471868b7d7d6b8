import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { z } from 'zod';
import { ROOT } from '../local/settings.ts';
import { type Servers, queryOnce } from './servers.ts';

const PACKAGE = z.object({ dependencies: z.record(z.string(), z.string()) });
const INSTALLED = z.object({ version: z.string() });
/** What decides how fast Postgres commits. */
const POSTGRES_SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size', 'jit'];

/** What a figure was measured on; without it nobody can repeat it. */
export interface Machine {
  readonly revision: string | null;
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Of the last minute, before the run: what else kept the machine busy. */
  readonly loadAverage: number;
  /** The installed versions of what is measured along. */
  readonly packages: Readonly<Record<string, string>>;
  readonly postgres: { readonly version: string; readonly settings: Readonly<Record<string, string>> };
  readonly temporal: { readonly version: string };
}

/** Looks at this machine, at the clone, and at the servers. */
export async function describeMachine({
  postgresUrl,
  temporalAddress,
}: Pick<Servers, 'postgresUrl' | 'temporalAddress'>): Promise<Machine> {
  const { dependencies } = PACKAGE.parse(readManifest(ROOT));
  const measured = Object.keys(dependencies).filter((name) => /^(@temporalio\/|pg$|express$)/.test(name));
  const settings = await queryOnce<{ name: string; value: string }>(
    postgresUrl,
    'select name, current_setting(name) as value from pg_settings where name = any($1) order by name',
    [POSTGRES_SETTINGS],
  );
  const [version] = await queryOnce<{ version: string }>(
    postgresUrl,
    `select current_setting('server_version') as version`,
  );
  const connection = await Connection.connect({ address: temporalAddress });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  await connection.close();
  return {
    revision: revision(),
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverage: loadavg()[0] ?? 0,
    packages: Object.fromEntries(measured.map((name) => [name, installedVersion(name)])),
    postgres: {
      version: version?.version ?? '',
      settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
    },
    temporal: { version: serverVersion },
  };
}

const readManifest = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** What is there, not the range that package.json allows. */
const installedVersion = (name: string): string =>
  INSTALLED.parse(readManifest(join(ROOT, 'node_modules', name))).version;

/** The commit that was measured; null where this is no clone. */
function revision(): string | null {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    // Without Git, or unpacked from an archive, there is no revision to name.
    return null;
  }
}
