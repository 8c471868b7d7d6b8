import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPages } from '../../src/http/index.ts';
import { type Doors, GLOBAL_ID, json, openDoors } from './doors.ts';

const PAGES = ['/', '/to-retry', '/executing', '/next-retry', '/non-retryable', '/succeeded', '/unrecoverable'];

const INDEX = '<!doctype html><script type="module" src="/assets/index-BwZ3k9_Q.js"></script>';

/** As a bundler leaves a single-page app; the last ones are not for visitors. */
const FILES = {
  'ui/index.html': INDEX,
  'ui/favicon.ico': 'icon',
  'ui/assets/index-BwZ3k9_Q.js': `export {};//${'x'.repeat(4_000)}`,
  'ui/assets/logo.svg': '<svg/>',
  'ui/wow/id/global': 'a file in the way of the API',
  'ui/.env': 'SECRET=1',
  'secret.txt': 'secret',
};

let folder: string;
let doors: Doors;
let bare: Doors;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redress-pages-'));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await symlink(join(folder, 'secret.txt'), join(folder, 'ui', 'leak.txt'));
  execFileSync('mkfifo', [join(folder, 'ui', 'pipe')]);
  doors = await openDoors({}, createPages({ dashboardDir: join(folder, 'ui'), temporalUiUrl: null }));
  bare = await openDoors({}, createPages({ dashboardDir: null, temporalUiUrl: 'http://temporal.example/?a=1&b="' }));
});
afterAll(async () => {
  await Promise.all([doors.close(), bare.close()]);
  await rm(folder, { recursive: true });
});

describe('a dashboard', () => {
  test.each(PAGES)('has its index at %s, whatever is accepted', async (path) => {
    for (const Accept of ['text/html', 'application/json', 'image/png']) {
      const received = await doors.send({ path: `${path}?id=x`, headers: { Accept } });
      expect([received.status, received.body]).toEqual([200, INDEX]);
      expect(received.headers['content-type']).toMatch(/^text\/html/);
      expect(received.headers['cache-control']).toBe('no-cache');
    }
  });

  test.each([
    ['/assets/index-BwZ3k9_Q.js', 'text/javascript', 'public, max-age=31536000, immutable'],
    ['/assets/logo.svg', 'image/svg+xml', 'no-cache'],
    ['/favicon.ico', 'image/', 'no-cache'],
  ])('has its file %s', async (path, type, caching) => {
    const received = await doors.send({ path });
    expect([received.status, received.headers['cache-control']]).toEqual([200, caching]);
    expect(received.headers['content-type']).toContain(type);
    const again = await doors.send({ path, headers: { 'If-None-Match': received.headers.etag } });
    expect([again.status, again.body]).toEqual([304, '']);
  });

  test.each([
    [{ Range: 'bytes=90000-90001' }, 416, 'RangeNotSatisfiable'],
    [{ 'If-Match': '"other"' }, 412, 'PreconditionFailed'],
  ])('does not send a file to who asks with %j', async (headers, status, code) => {
    const received = await doors.send({ path: '/assets/logo.svg', headers });
    expect([received.status, received.headers['wow-error-code']]).toEqual([status, code]);
  });

  test('does not stand in the way of the API', async () => {
    expect((await doors.send({ path: '/wow/id/global' })).body).toBe(GLOBAL_ID);
    expect((await doors.send({ path: '/actuator/health' })).status).toBe(200);
  });

  test.each([
    '/nope',
    '/leak.txt',
    '/pipe',
    '/%ff',
    '/assets',
    '/assets/',
    '/to-retry/',
    '/TO-RETRY',
    '/.env',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/%00',
    '/index.html%00.js',
    '//etc/passwd',
  ])('has no %s', async (path) => {
    const received = await doors.send({ path });
    expect([received.status, json(received)['errorCode']]).toEqual([404, 'NotFound']);
  });

  test('is only read', async () => {
    const received = await doors.send({ method: 'POST', path: '/to-retry' });
    expect([received.status, json(received)['errorCode'], received.headers.allow]).toEqual([
      405,
      'MethodNotAllowed',
      'GET,HEAD,OPTIONS',
    ]);
    expect((await doors.send({ method: 'POST', path: '/favicon.ico' })).status).toBe(404);
    expect(await doors.send({ method: 'HEAD', path: '/' })).toMatchObject({ status: 200, body: '' });
  });

  test('without its index says where that was looked for', async () => {
    const missing = join(folder, 'no-such-folder');
    const empty = await openDoors({}, createPages({ dashboardDir: missing, temporalUiUrl: null }));
    const received = await empty.send({ path: '/to-retry' });
    expect([received.status, received.headers['wow-error-code'], json(received)['errorMsg']]).toEqual([
      400,
      'IllegalState',
      `index.html not found in ${missing}`,
    ]);
    await empty.close();
  });
});

describe('where no dashboard is', () => {
  test.each(PAGES)('%s says what this is and leads on', async (path) => {
    const received = await bare.send({ path });
    expect([received.status, received.headers['content-type']]).toEqual([200, 'text/html;charset=UTF-8']);
    for (const link of [
      '/swagger-ui.html',
      '/actuator/health',
      '/metrics',
      'http://temporal.example/?a=1&amp;b=&quot;',
    ])
      expect(received.body).toContain(`href="${link}"`);
    expect(received.body).not.toContain('/execution_failed/');
  });

  test('a link to a record leads to it', async () => {
    const received = await bare.send({ path: '/to-retry?id=a%2F%22%3E%3Cscript%3E' });
    expect(received.body).toContain('href="/execution_failed/a%2F%22%3E%3Cscript%3E/snapshot"');
    expect(received.body).not.toContain('<script');
  });

  test('nothing else is served', async () => {
    expect((await bare.send({ path: '/favicon.ico' })).status).toBe(404);
  });
});

describe('the page of the API', () => {
  test('is found at its old address', async () => {
    const received = await doors.send({ path: '/swagger-ui.html' });
    expect([received.status, received.headers.location]).toEqual([302, '/swagger-ui/index.html']);
  });

  test.each(['/swagger-ui', '/webjars/swagger-ui'])(
    'has all it needs in %s, from here and with our document',
    async (base) => {
      const page = await doors.send({ path: `${base}/index.html` });
      expect(page.headers['content-type']).toMatch(/^text\/html/);
      const needed = [...page.body.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file = '']) => file.replace('./', ''));
      expect(needed).toContain('swagger-initializer.js');
      for (const file of needed)
        expect([file, (await doors.send({ path: `${base}/${file}` })).status]).toEqual([file, 200]);
      const { body } = await doors.send({ path: `${base}/swagger-initializer.js` });
      expect(body).toContain("url: '/v3/api-docs'");
      expect(page.body + body).not.toMatch(/https?:/);
    },
  );

  test.each([
    'package.json',
    'index.js',
    'swagger-ui.js.map',
    '',
    '../express/package.json',
    '%2e%2e/express/package.json',
  ])('does not serve /swagger-ui/%s', async (file) => {
    expect((await doors.send({ path: `/swagger-ui/${file}` })).status).toBe(404);
  });

  test('has the configuration that tools ask for', async () => {
    const received = await doors.send({ path: '/v3/api-docs/swagger-config', headers: { Host: 'redress.example' } });
    expect([received.status, received.headers['content-type'], json(received)]).toEqual([
      200,
      'application/json',
      {
        configUrl: '/v3/api-docs/swagger-config',
        oauth2RedirectUrl: 'http://redress.example/swagger-ui/oauth2-redirect.html',
        url: '/v3/api-docs',
        validatorUrl: '',
      },
    ]);
    expect((await doors.send({ method: 'PUT', path: '/swagger-ui.html' })).status).toBe(405);
  });
});
