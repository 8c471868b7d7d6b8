import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { LocalError } from './local-error.ts';
import { withProgress, seconds } from './log.ts';
import { hasEnded } from './stop-child.ts';
import type { Fulfilment, Wish } from './temporal-download.ts';
import { isAtLeast } from './temporal-version.ts';
import { makeWorkFolder } from './work-folder.ts';

const run = promisify(execFile);

/** The Go module that pins the Temporal CLI and, for tests and benchmarks, a Temporal server that runs on Postgres. */
const TOOLS = join(import.meta.dirname, '..', 'tools');
const GO = 'go';
const CLI = 'github.com/temporalio/cli';
const PROGRESS_INTERVAL = 10_000;

/** One program of the module. */
export interface GoProgram {
  /** As people call it. */
  readonly title: string;
  readonly package: string;
  /** What the linker is told besides to leave debugging symbols out. */
  readonly linkerFlags?: string;
}

/** The version of a module that `tools/go.mod` pins. @throws LocalError when it names none */
export async function pinnedVersion(module: string = CLI): Promise<string> {
  const words = (await readFile(join(TOOLS, 'go.mod'), 'utf8')).split(/\s+/);
  const version = words[words.indexOf(module) + 1];
  if (version?.startsWith('v') !== true)
    throw new LocalError(`tools/go.mod does not name ${module}. Restore the file.`);
  return version.slice(1);
}

/** Builds the Temporal CLI: about three minutes on two cores with nothing cached. */
export const buildTemporal = (wish: Wish): Promise<Fulfilment> =>
  buildProgram(wish, {
    title: 'the Temporal server',
    package: `${CLI}/cmd/temporal`,
    linkerFlags: `-X ${CLI}/internal/temporalcli.Version=${wish.version}`,
  });

/** Builds a program of the module, saying how far it is. */
export async function buildProgram(wish: Wish, program: GoProgram): Promise<Fulfilment> {
  const { version, file, say } = wish;
  const { title, linkerFlags = '' } = program;
  const go = await checkGo(wish);
  if (!go.ok) return go;
  const started = performance.now();
  const folder = await makeWorkFolder(file);
  try {
    say(`Building ${title} ${version} with Go, once for this machine: a few minutes …`);
    const listing = ['list', '-deps', program.package];
    const total = (await goWithProgress(wish, 'Fetching its sources', listing, countDownloads)).length;
    const built = join(folder, basename(file));
    const args = ['build', '-v', '-trimpath', `-ldflags=-s -w ${linkerFlags}`, '-o', built, program.package];
    await goWithProgress(wish, 'Compiling it', args, (lines) => `${lines.length} of at most ${total} packages`);
    await rename(built, file);
    say(`Built ${title} ${version} in ${seconds(performance.now() - started)}: ${file}`);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: `building it with Go: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkGo({ env, say }: Wish): Promise<Fulfilment> {
  const needed = /^go (\S+)/m.exec(await readFile(join(TOOLS, 'go.mod'), 'utf8'))?.[1] ?? '';
  try {
    // Outside the module, so that the answer is the Go that is installed and not the one it would fetch.
    const { stdout } = await run(GO, ['env', 'GOVERSION'], { cwd: '/', env: { ...env, GOTOOLCHAIN: 'local' } });
    if (!isAtLeast(stdout, needed)) {
      say(`Go ${needed} is needed and ${stdout.trim()} is installed: it will try to fetch the newer one.`);
    }
    return { ok: true };
  } catch {
    return { ok: false, reason: 'building it with Go: Go is not installed' };
  }
}

const countDownloads = (lines: readonly string[]): string =>
  `${lines.filter((line) => line.startsWith('go: downloading')).length} modules`;

/** Runs Go in the module, says how far it is, and returns the lines of its output. */
async function goWithProgress(
  { env, say, stopping }: Wish,
  step: string,
  args: readonly string[],
  progress: (lines: readonly string[]) => string,
): Promise<readonly string[]> {
  const go = spawn(GO, args, {
    cwd: TOOLS,
    // Its parts run as children of its own, which only a signal to the group reaches.
    detached: true,
    env: { ...env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const messages: string[] = [];
  createInterface({ input: go.stdout }).on('line', (line) => output.push(line));
  createInterface({ input: go.stderr }).on('line', (line) => messages.push(line));
  const kill = () => {
    killGroup(go);
  };
  stopping.addEventListener('abort', kill, { once: true });
  const text = (elapsed: string) => `… ${step}: ${progress(messages)} after ${elapsed}`;
  const [code] = await withProgress(say, text, () => once(go, 'close') as Promise<[number | null]>, PROGRESS_INTERVAL);
  stopping.removeEventListener('abort', kill);
  if (code !== 0) throw new Error(messages.slice(-5).join('\n') || `go ${args[0] ?? ''} was killed`);
  return output;
}

function killGroup(go: ChildProcess): void {
  if (go.pid !== undefined && !hasEnded(go)) process.kill(-go.pid, 'SIGTERM');
}
