import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTargets } from '../../src/dispatch/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const run = promisify(execFile);
const isThere = (tool: string, ...args: string[]): boolean => {
  try {
    execFileSync(tool, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const HAS_PYTHON = isThere('python3', '--version');
const HAS_GO = isThere('go', 'version') && isThere('gofmt', '-h');
/** The SDK that our tool for the Temporal server depends on, as far as it was downloaded for that. */
const GO_OFFLINE = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off' };
const HAS_GO_SDK = HAS_GO && (await hasGoSdk());

let page: string;
let folder: string;

beforeAll(async () => {
  page = await readFile(join(ROOT, 'docs/targets.md'), 'utf8');
  folder = await mkdtemp(join(tmpdir(), 'redress-snippets-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The blocks of the page in this language, in order. */
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text ?? '');

/** The only block in this language, as a file. */
async function blockAsFile(language: string, name: string): Promise<string> {
  const [text, ...more] = blocks(language);
  if (text === undefined || more.length > 0) throw new Error(`the page has ${more.length + 1} blocks in ${language}`);
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe('the page about targets', () => {
  it('shows a targets file that can be used', async () => {
    const file = await blockAsFile('yaml', 'targets.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(join(folder, 'invoices-token'), 'token');
    await writeFile(file, text.replace('/run/secrets/', './'));
    const { all } = await loadTargets(file, { INVOICES_WEBHOOK_SECRET: SECRET });
    expect(all.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'invoices http',
      'orders http',
      'notices temporal',
      'mail event',
      'event event',
    ]);
  });

  it('shows JSON that is JSON', () => {
    const all = blocks('json');
    expect(all.length).toBeGreaterThanOrEqual(4);
    for (const text of all) expect(() => JSON.parse(text) as unknown, text).not.toThrow();
  });

  it.skipIf(!HAS_PYTHON)('shows a worker that Python compiles (skipped without python3)', async () => {
    const file = await blockAsFile('python', 'worker.py');
    await run('python3', ['-m', 'py_compile', file]);
  });

  it.skipIf(!HAS_GO)('shows a worker in the format of Go (skipped without go)', async () => {
    const file = await blockAsFile('go', 'main.go');
    const { stdout } = await run('gofmt', ['-d', file]);
    expect(stdout).toBe('');
  });

  it.skipIf(!HAS_GO_SDK)(
    'shows a worker that fits the SDK for Go (skipped where that is not downloaded)',
    async () => {
      await blockAsFile('go', 'main.go');
      await copyGoModule(folder);
      await run('go', ['vet', './main.go'], { cwd: folder, env: GO_OFFLINE });
    },
    120_000,
  );
});

async function copyGoModule(to: string): Promise<void> {
  for (const name of ['go.mod', 'go.sum']) await copyFile(join(ROOT, 'tools', name), join(to, name));
}

/** Looks without downloading anything. */
async function hasGoSdk(): Promise<boolean> {
  const probe = await mkdtemp(join(tmpdir(), 'redress-go-'));
  try {
    await copyGoModule(probe);
    await run('go', ['list', '-deps', 'go.temporal.io/sdk/worker'], { cwd: probe, env: GO_OFFLINE });
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { recursive: true });
  }
}
