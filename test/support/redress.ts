import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../../local/settings.ts';

/** Milliseconds for a start, bundling the workflow included. */
const START_TIMEOUT = 60_000;

/** A running service process of a test. */
export interface Redress {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it has logged so far. */
  log(): string;
  /** SIGTERM, and waits for its end. Resolves with the exit code; null: it was killed. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
}

/**
 * Starts `src/main.ts` of a folder as a process of its own and waits until it is ready.
 * @throws Error with its log where it ends instead
 */
export async function startRedress(env: Readonly<Record<string, string>>, folder = ROOT): Promise<Redress> {
  const child = spawn(process.execPath, [join(folder, 'src', 'main.ts')], {
    cwd: folder,
    env: { ...process.env, PORT: String(await freePort()), LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  const keep = (chunk: Buffer): void => {
    log += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Redress is not ready after ${START_TIMEOUT} ms:\n${log}`));
    }, START_TIMEOUT);
    child.once('message', (message: { url: string }) => {
      clearTimeout(timer);
      resolve(message.url);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`Redress ended with ${code ?? signal} before it was ready:\n${log}`));
    });
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  return {
    url,
    process: child,
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
