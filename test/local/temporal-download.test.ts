import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { downloadTemporal } from '../../local/temporal-download.ts';
import { listen, temporaryFolder } from './support.ts';

/** Downloads from a source that answers as the test says. */
async function download(answer: RequestListener) {
  const source = createServer(answer).listen(0, '127.0.0.1');
  onTestFinished(() => {
    source.closeAllConnections();
    source.close();
  });
  await once(source, 'listening');
  const folder = temporaryFolder();
  const file = join(folder, 'temporal');
  const wish = { version: '1.9.0', file, env: {}, say: listen().say, stopping: new AbortController().signal };
  const { port } = source.address() as AddressInfo;
  const outcome = await downloadTemporal(wish, { source: `http://127.0.0.1:${port}`, patience: 500 });
  return { outcome, file, left: readdirSync(folder) };
}

function archiveWith(content: string): Buffer {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'temporal'), content, { mode: 0o755 });
  return execFileSync('tar', ['-cz', '-C', folder, 'temporal']);
}

test('the program is taken from the archive of its version', async () => {
  const asked: (string | undefined)[] = [];
  const { outcome, file, left } = await download(({ url }, answer) => {
    asked.push(url);
    answer.end(archiveWith('the program'));
  });
  expect(outcome).toEqual({ ok: true });
  expect(readFileSync(file, 'utf8')).toBe('the program');
  expect(left).toEqual(['temporal']);
  expect(asked[0]).toContain('/v1.9.0?platform=');
});

test('a download that breaks off leaves nothing', async () => {
  const { outcome, file, left } = await download((_, answer) => {
    answer.writeHead(200, { 'content-length': 1_000_000 });
    answer.write(archiveWith('half of the program').subarray(0, 50), () => answer.destroy());
  });
  expect(outcome.ok).toBe(false);
  expect(existsSync(file)).toBe(false);
  expect(left).toEqual([]);
});

test('half an archive leaves nothing, although half of the program could be unpacked', async () => {
  const { outcome, left } = await download((_, answer) => {
    const archive = archiveWith(randomBytes(500_000).toString('hex'));
    answer.end(archive.subarray(0, archive.length / 2));
  });
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('cannot be unpacked') as string });
  expect(left).toEqual([]);
});

test('what is no archive is refused', async () => {
  const { outcome } = await download((_, answer) => {
    answer.end('<html>Please log in</html>');
  });
  expect(outcome).toMatchObject({ ok: false });
});

test('a version that is not there is refused with the status', async () => {
  const { outcome } = await download((_, answer) => {
    answer.writeHead(404).end();
  });
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('404') as string });
});

test('a source that does not answer is given up', async () => {
  const { outcome } = await download(() => undefined);
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('no answer for 0.5 s') as string });
});

test('a download that stands still is given up', async () => {
  const { outcome } = await download((_, answer) => {
    answer.write('the beginning');
  });
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('it stood still for 0.5 s') as string });
});
