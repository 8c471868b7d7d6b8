import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { inspectProcess, isAlive, signalProcess } from '../../local/processes.ts';
import { ROOT } from '../../local/settings.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/redress.ts';
import { createNamespaceName, temporalAddress } from '../support/servers.ts';
import { type TestStore, openStore } from '../support/store.ts';

/** Milliseconds, of which a whole start takes a few thousand. */
const PATIENCE = 30_000;

/** Starts the program that it is given over IPC, says its process id, and waits. */
const PARENT = `
const { spawn } = require('node:child_process');
const child = spawn(process.execPath, [process.argv[1]], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
console.log(child.pid);
setTimeout(() => {}, 600_000)`;

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

/** A service that has begun to start and does not come to the end of it, and the process that has started it. */
async function startWithParent() {
  const holder = await store.session('holder');
  onTestFinished(() => holder.end());
  await holder.query('begin; lock table redress.migration');
  const parent = spawn(process.execPath, ['--eval', PARENT, join(ROOT, 'src', 'main.ts')], {
    env: {
      ...process.env,
      DATABASE_URL: store.url,
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_NAMESPACE: createNamespaceName(),
      PORT: String(await freePort()),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  const birth = inspectProcess(pid)?.birth ?? '';
  onTestFinished(() => {
    parent.kill('SIGKILL');
    signalProcess(pid, birth, 'SIGKILL');
  });
  return { parent, isRunning: () => isAlive(pid, birth) };
}

const untilEnded = (isRunning: () => boolean): Promise<void> =>
  eventually(() => {
    expect(isRunning()).toBe(false);
  }, PATIENCE);

it(
  'ends when the process that started it is gone before it listens for that',
  async () => {
    const { parent, isRunning } = await startWithParent();
    parent.kill('SIGKILL');
    expect(isRunning()).toBe(true);
    await untilEnded(isRunning);
  },
  PATIENCE + 10_000,
);

it(
  'ends when the process that started it is killed while it waits for Postgres',
  async () => {
    const { parent, isRunning } = await startWithParent();
    await eventually(async () => {
      const waiting = await store.sql(
        `select 1 from pg_stat_activity
where datname = current_database() and application_name = 'redress migrate' and wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    }, PATIENCE);
    parent.kill('SIGKILL');
    await untilEnded(isRunning);
  },
  2 * PATIENCE,
);
