import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTargets } from '../../src/dispatch/index.ts';
import type { FunctionInfo } from '../../src/domain/index.ts';
import { TASK_QUEUE } from '../../src/temporal/names.ts';
import { twoWayTargets } from '../../src/target-report.ts';
import { DELIVERY_QUEUE } from '../../workflows/task-queues.ts';
import { FAILURE } from '../domain/given.ts';
import { folderOf } from './service.ts';
import { load, onlyHttpTarget, problemsOf, SECRET, withSettings } from './targets-text.ts';

const f = (contextName: string, processorName = 'OrderSaga', name = 'onPaid'): FunctionInfo => ({
  ...FAILURE.function,
  contextName,
  processorName,
  name,
});

test('without a file, every service reads for itself what is prepared', async () => {
  const targets = await loadTargets(null, {});
  expect(targets.all).toEqual([
    { kind: 'event', name: 'event', match: { context: '*', processor: '*', function: '*' } },
  ]);
  expect(targets.forFunction(f('any'))).toBe(targets.all[0]);
});

describe('a file', () => {
  test('names who executes which retries, the first match in its order', async () => {
    const targets = await load(`
targets:
  - name: invoices
    kind: http
    match: { context: order-service, processor: "Invoice*" }
    url: https://invoices.example.com:8443/retries?x=1
  - name: quiet
    kind: event
    match: { context: order-service, function: on*Paid }
  - name: orders
    kind: http
    match: { context: order-* }
    url: http://orders.internal/retries
    timeout: 2.5
    allow: [orders.internal, 10.0.0.0/8]
`);
    expect(targets.all.map(({ name, kind }) => [name, kind])).toEqual([
      ['invoices', 'http'],
      ['quiet', 'event'],
      ['orders', 'http'],
      ['event', 'event'],
    ]);
    const chosen = (of: FunctionInfo): string => targets.forFunction(of).name;
    expect(chosen(f('order-service', 'InvoiceSaga'))).toBe('invoices');
    expect(chosen(f('order-service', 'OrderSaga', 'onOrderPaid'))).toBe('quiet');
    expect(chosen(f('order-service', 'OrderSaga', 'onShipped'))).toBe('orders');
    expect(chosen(f('order-archive'))).toBe('orders');
    expect(chosen(f('payment-service'))).toBe('event');
  });

  test('may name task queues of Temporal', async () => {
    const { all } = await load(`
targets:
  - { name: notices, kind: temporal, taskQueue: notice-retries, heartbeatTimeout: 10 }
  - { name: others, kind: temporal, taskQueue: "team/others:1.x" }
`);
    expect(all[0]).toMatchObject({ kind: 'temporal', taskQueue: 'notice-retries', heartbeatTimeout: 10 });
    expect(all[1]).toMatchObject({ kind: 'temporal', taskQueue: 'team/others:1.x', heartbeatTimeout: null });
  });

  test('say whether their prepared retries are published too; who is not pushed to always reads them', async () => {
    const targets = await load(`
targets:
  - { name: once, kind: http, match: { context: a }, url: https://a.example.com, publishPrepared: false }
  - { name: twice, kind: temporal, match: { context: b }, taskQueue: b, publishPrepared: true }
  - { name: undecided, kind: http, match: { context: c }, url: https://c.example.com }
  - { name: read, kind: event, match: { context: d } }
`);
    expect(['a', 'b', 'c', 'd', 'e'].map((context) => targets.publishesPrepared(f(context)))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(twoWayTargets(targets)).toEqual(['undecided']);
    expect(await problemsOf('{"targets":[{"name":"e","kind":"event","publishPrepared":true}]}')).toHaveLength(1);
  });

  test('may not name queues that Temporal or Redress keeps for itself', async () => {
    const names = ['', '/_sys/x', '__sticky', 'a b', 'q'.repeat(201), TASK_QUEUE, DELIVERY_QUEUE];
    const entries = names.map((taskQueue, index) => ({ name: `n${index}`, kind: 'temporal', taskQueue }));
    const rule =
      'must be the name of a task queue, 1 to 200 letters, digits, "_", "-", ".", ":" or "/", beginning with a letter or digit';
    const own = 'is a task queue of Redress itself: give one of your own';
    expect(await problemsOf(JSON.stringify({ targets: entries }))).toEqual(
      names.map((_name, index) => `targets[${index}].taskQueue ${index < 5 ? rule : own}`),
    );
  });

  test('may be JSON', async () => {
    const entry = { name: 'orders', kind: 'http', url: 'https://orders.example/', timeout: 3600 };
    expect((await load(JSON.stringify({ targets: [entry] }, null, '\t'))).all[0]).toMatchObject({
      name: 'orders',
      url: new URL('https://orders.example/'),
      timeout: 3600,
      allow: [],
    });
  });

  test('may hold no target', async () => {
    expect((await load('targets: []')).all).toHaveLength(1);
  });

  test('gives a target that says no more than it must every function, no secret, header, timeout or exception', async () => {
    const target = await onlyHttpTarget(withSettings());
    expect(target).toMatchObject({
      match: { context: '*', processor: '*', function: '*' },
      sign: null,
      timeout: null,
      allow: [],
    });
    expect(target.headers()).toEqual({});
  });
});

describe('a file is refused', () => {
  test('for everything that is wrong with it at once, by name and place', async () => {
    const problems = await problemsOf(
      `
targets:
  - name: orders
    kind: http
    url: ftp://orders.example/
    timeout: 0
    allow: [10.0.0.0/33]
    secert: x
  - name: a b
    kind: event
    match: { context: "" }
  - kind: http
    name: orders
    url: https://orders.example/
    secretEnv: ORDERS_SECRET
    headers: { Host: x, X-Token: { env: TOKEN } }
  - name: event
    kind: event
  - name: later
    kind: smoke
  - name: none
  - just text
  -
`,
    );
    expect(problems).toEqual([
      expect.stringMatching(/^targets\[0\]\.url must be an http or https URL/),
      expect.stringMatching(/^targets\[0\]\.timeout must be a number of seconds from 0.1 to 3600/),
      expect.stringMatching(/^targets\[0\]\.allow\[0\] must be a host name, an address or a network/),
      expect.stringMatching(
        /^targets\[0\] has the unknown key "secert": known here are name, kind, match, url, secret,/,
      ),
      expect.stringMatching(/^targets\[1\]\.name must be a text that tells this target from the others/),
      'targets[1].match.context must not be empty: leave it out to match every name',
      'targets[2].headers.Host is set by the delivery itself: leave it out',
      'targets[2].headers.X-Token is taken from the environment variable TOKEN, which is not set',
      'targets[2].secretEnv is taken from the environment variable ORDERS_SECRET, which is not set',
      'targets[4].kind has an unknown kind: give "http", "temporal" or "event"',
      'targets[5].kind has no kind: give "http", "temporal" or "event"',
      'targets[6] must be a map of settings with name and kind',
      'targets[7] must be a map of settings with name and kind',
      'targets[2].name is already the name of targets[0]: choose another',
      'targets[3].name is already the name of the built-in target: choose another',
    ]);
  });

  test.each([
    ['name', '- kind: event', 'targets[0].name is missing: give a text that tells this target from the others'],
    ['url', '- { name: a, kind: http }', 'targets[0].url is missing: give an http or https URL'],
  ])('for a %s that is missing', async (_what, entry, problem) => {
    const [first] = await problemsOf(`targets:\n  ${entry}`);
    expect(first?.startsWith(problem)).toBe(true);
  });

  test.each([
    ['https://user@orders.example/', 'must not hold a user or password: put them into "headers" as Authorization'],
    ['https://:pass@orders.example/', 'must not hold a user or password: put them into "headers" as Authorization'],
    ['https://orders.example/#x', 'must not have a fragment ("#…"): it is never sent'],
    ['orders.example', 'must be an http or https URL, e.g. "https://orders.example.com/retries"'],
    ['file:///etc/passwd', 'must be an http or https URL, e.g. "https://orders.example.com/retries"'],
  ])('for the URL %s', async (url, problem) => {
    expect(await problemsOf(`targets: [{ name: a, kind: http, url: "${url}" }]`)).toEqual([
      `targets[0].url ${problem}`,
    ]);
  });

  test.each(['a', 'A-1_b.c', 'x'.repeat(64)])('never for the name %s', async (name) => {
    expect((await load(`targets: [{ name: ${name}, kind: event, match: { function: x } }]`)).all[0]).toMatchObject({
      name,
    });
  });

  test.each(['x'.repeat(65), '"a b"', '""', 'a/b', '1'])('for the name %s', async (name) => {
    expect(await problemsOf(`targets: [{ name: ${name}, kind: event }]`)).toEqual([
      expect.stringMatching(/^targets\[0\]\.name must be a text that tells this target from the others/),
    ]);
  });

  test.each([0.1, 1, 3600])('never for a timeout of %d s', async (timeout) => {
    expect(await onlyHttpTarget(withSettings(`timeout: ${timeout}`))).toMatchObject({ timeout });
  });

  test.each(['0', '0.09', '3600.5', '-1', '"5"', '.inf', '.nan'])('for a timeout of %s s', async (timeout) => {
    expect(await problemsOf(withSettings(`timeout: ${timeout}`))).toEqual([
      'targets[0].timeout must be a number of seconds from 0.1 to 3600; without it, the deadline of the attempt holds',
    ]);
  });

  test.each(['', 'targets', '[]', 'target: []', 'targets: {}', 'targets: null', '{}'])(
    'that says "%s"',
    async (text) => {
      expect((await problemsOf(text)).length).toBeGreaterThan(0);
    },
  );

  test('where it is no YAML, with the place', async () => {
    expect(await problemsOf('targets:\n  - name: "orders" oops\n   kind: http\n')).toContain(
      'line 2, column 20: unexpected token',
    );
  });

  test.each([
    `targets:\n  - name: orders\n    secret: "${SECRET}" oops\n`,
    withSettings(`{secret:${SECRET}}: x`),
    `targets: [{ secret:${SECRET} , name: a, kind: http, url: "http://a/" }]`,
    withSettings(`headers: { Authorization:${SECRET} }`),
    withSettings(`headers: { "Authorization: ${SECRET}": x }`),
    withSettings(`secret: [${SECRET}]`),
    withSettings(`secret: *${SECRET}`),
  ])('without repeating a secret that is out of place (%#)', async (text) => {
    const problems = await problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).not.toContain(SECRET.slice(6));
  });

  test.each(['*', '*-service'])(
    'with the pattern %s without quotes, which means something else in YAML',
    async (text) => {
      expect(await problemsOf(withSettings(`match: { context: ${text} }`))).toContainEqual(
        expect.stringMatching(/^line 5, column \d+: a text that begins with "\*" has to stand in quotes$/),
      );
    },
  );

  test('with a setting that is there twice', async () => {
    expect(await problemsOf('targets: []\ntargets: []\n')).toEqual(['line 2, column 1: duplicate key']);
  });

  test('that is not there', async () => {
    const folder = await folderOf({});
    const path = join(folder, 'targets.yaml');
    await expect(loadTargets(path, {})).rejects.toThrow(
      `targets file ${path}: cannot be read (ENOENT): does it exist, and may this process read it? Without TARGETS_FILE nothing is pushed.`,
    );
    await expect(loadTargets(folder, {})).rejects.toThrow('cannot be read (EISDIR)');
    await writeFile(path, 'targets: []');
    await expect(loadTargets(path, {})).resolves.toBeDefined();
  });
});
