import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { withProgress, seconds } from './log.ts';
import { hasEnded } from './stop-child.ts';
import type { Fulfilment, Wish } from './temporal-download.ts';
import { isAtLeast } from './temporal-version.ts';
import { makeWorkFolder } from './work-folder.ts';

const run = promisify(execFile);

/** The Go module that pins the Temporal CLI. */
export const TOOLS = join(import.meta.dirname, '..', 'tools');
const GO = 'go';
const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
const PROGRESS_INTERVAL = 10_000;

/** Builds the program that `tools/go.mod` pins: about three minutes on two cores with nothing cached. */
export async function buildTemporal(wish: Wish): Promise<Fulfilment> {
  const { version, file, say } = wish;
  const go = await checkGo(wish);
  if (!go.ok) return go;
  const started = performance.now();
  const folder = await makeWorkFolder(file);
  try {
    say(`Building the Temporal server ${version} with Go, once for this machine: about three minutes …`);
    const total = (await goWithProgress(wish, 'Fetching its sources', ['list', '-deps', PACKAGE], countDownloads))
      .length;
    const built = join(folder, 'temporal');
    const flags = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${version}`;
    const args = ['build', '-v', '-trimpath', `-ldflags=${flags}`, '-o', built, PACKAGE];
    await goWithProgress(wish, 'Compiling it', args, (lines) => `${lines.length} of at most ${total} packages`);
    await rename(built, file);
    say(`Built the Temporal server ${version} in ${seconds(performance.now() - started)}: ${file}`);
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
