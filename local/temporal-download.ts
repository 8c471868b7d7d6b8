import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Say, seconds, withProgress } from './log.ts';
import { makeWorkFolder } from './work-folder.ts';

/** A wish for the `temporal` program of one version at one place. */
export interface Wish {
  readonly version: string;
  /** Where it is to be; appears there whole or not at all. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: Say;
  readonly stopping: AbortSignal;
}

export type Fulfilment = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const SOURCE = 'https://temporal.download/cli/archive';
/** Milliseconds without a byte before it is given up: building must not wait long for a source that cannot be reached. */
const PATIENCE = 5_000;

/** Downloads the program as its makers publish it. Gives up within seconds where there is no way to them. */
export async function downloadTemporal(wish: Wish, { source = SOURCE, patience = PATIENCE } = {}): Promise<Fulfilment> {
  const { version, file, say, stopping } = wish;
  const folder = await makeWorkFolder(file);
  const watchdog = createWatchdog();
  const signal = AbortSignal.any([stopping, watchdog.signal]);
  let received = 0;
  try {
    watchdog.expect(patience, 'no answer');
    const platform = `platform=${process.platform}&arch=${process.arch === 'x64' ? 'amd64' : process.arch}`;
    const response = await fetch(`${source}/v${version}?${platform}`, { signal });
    const body: AsyncIterable<Uint8Array> | null = response.body;
    if (!response.ok || body === null) throw new Error(`the answer was ${response.status}`);
    say(`Downloading the Temporal CLI ${version} …`);
    const chunks = async function* () {
      for await (const chunk of body) {
        received += chunk.length;
        watchdog.expect(patience, 'it stood still');
        yield chunk;
      }
    };
    const text = (elapsed: string) => `… ${(received / 1_048_576).toFixed(0)} MB after ${elapsed}`;
    await withProgress(say, text, () => unpack(chunks(), folder, signal));
    await rename(join(folder, 'temporal'), file);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: `downloading it from ${new URL(source).host}: ${reasonOf(error)}` };
  } finally {
    watchdog.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpack(archive: AsyncIterable<Uint8Array>, folder: string, signal: AbortSignal): Promise<void> {
  const tar = spawn('tar', ['-xz', '-C', folder, 'temporal'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const [[code]] = await Promise.all([
    once(tar, 'exit') as Promise<[number | null]>,
    pipeline(archive, tar.stdin, { signal }),
  ]);
  if (code !== 0) throw new Error('the archive cannot be unpacked');
}

/** Aborts its signal when what is expected next does not come in time. */
function createWatchdog() {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: controller.signal,
    expect(within: number, otherwise: string) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        controller.abort(new Error(`${otherwise} for ${seconds(within)}`));
      }, within);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
