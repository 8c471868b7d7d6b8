import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComposeService, readCompose } from '../../local/compose-file.ts';
import { startComposedPostgres } from '../../local/composed-postgres.ts';
import type { DataFolder } from '../../local/data-folder.ts';
import { say } from '../../local/log.ts';
import type { LocalPostgres } from '../../local/postgres.ts';
import { ROOT } from '../../local/settings.ts';
import { canHaveTemporalServer, findTemporalServer } from '../../local/temporal-server-programs.ts';
import { type TemporalServer, startTemporalServer } from '../../local/temporal-server.ts';
import { openTestFolder } from '../../local/test-folder.ts';
import { connectApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { layOutImage, readDockerfile } from '../support/image.ts';
import { atVersion, createRecord } from '../support/records.ts';
import { type Redress, freePort, startRedress } from '../support/redress.ts';

const run = promisify(execFile);

/** Milliseconds until the programs are built where they never were: minutes on a small machine. */
const BUILT = 1_200_000;
const READY = 60_000;

const never = new AbortController().signal;
const possible = await canHaveTemporalServer(process.env);
if (!possible) {
  console.warn('NOT RUN: Go is not installed, so the Temporal server of docker-compose.yml cannot be built.');
}

/** What the image sets for the service. */
function settingsOfImage(dockerfile: string): Record<string, string> {
  const [, line = ''] = /^ENV (.+)$/m.exec(dockerfile) ?? [];
  const settings = line.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g);
  return Object.fromEntries(Array.from(settings, ([, name = '', quoted, bare = '']) => [name, quoted ?? bare]));
}

/** Carries out the health check of a Postgres where it listens. */
async function isReady({ healthcheck }: ComposeService, port: number): Promise<void> {
  const [, program = '', ...args] = healthcheck?.test ?? [];
  await run(program, [...args, `--port=${port}`]);
}

describe.skipIf(!possible)('the steps of docker-compose.yml, with the programs of its images', async () => {
  const { services } = await readCompose();
  const folders: DataFolder[] = [];
  const running: Redress[] = [];
  let image: string;
  let postgres: LocalPostgres;
  let temporal: TemporalServer;

  beforeAll(async () => {
    image = await layOutImage();
    const options = async (name: string) => {
      const folder = await openTestFolder(join(ROOT, '.data', 'compose', name), say);
      folders.push(folder);
      return { folder, say, env: process.env, durable: true, stopping: never, hurry: never };
    };
    postgres = await startComposedPostgres(services.postgres, await options('postgres'));
    temporal = await startTemporalServer(await options('temporal'));
  }, BUILT);

  afterAll(async () => {
    await Promise.all(running.map((redress) => redress.stop()));
    await temporal.stop();
    await postgres.stop();
    for (const folder of folders) {
      folder.close();
      rmSync(folder.path, { recursive: true });
    }
    await rm(image, { recursive: true });
  }, 60_000);

  /** Starts a service from the files of the image, as the file says; other containers are ports of this machine. */
  async function start(
    name: 'redress' | 'redress-worker' = 'redress',
    chosen: Record<string, string> = {},
  ): Promise<Redress> {
    const port = String(await freePort());
    const settings = Object.entries({ ...services[name].environment, ...chosen }).map(([variable, value]) => [
      variable,
      value
        .replace('@postgres:5432/', `@127.0.0.1:${postgres.port}/`)
        .replace(/^temporal:7233$/, temporal.address)
        .replace(`//${name}:8080`, `//127.0.0.1:${port}`),
    ]);
    const env: Record<string, string> = {
      ...settingsOfImage(await readDockerfile()),
      ...Object.fromEntries(settings),
      HOST: '127.0.0.1',
      PORT: port,
    };
    const redress = await startRedress(env, image);
    running.push(redress);
    await eventually(async () => {
      const { status } = await fetch(`${redress.url}/actuator/health`);
      if (status !== 200) throw new Error(`the service is not healthy:\n${redress.log()}`);
    }, READY);
    return redress;
  }

  /** A record from its creation over a timed retry and one more failure to its success. */
  async function live(url: string, id: string): Promise<void> {
    const api = connectApi(url);
    await createRecord({ api }, id, { retrySpec: { maxRetries: 3, minBackoff: 1, executionTimeout: 60 } });
    expect((await atVersion({ api }, id, 2)).state.status).toBe('PREPARED');
    const { error } = (await api.snapshot(id)).state;
    expect(await api.command(id, 'apply_execution_failed', { error, executeAt: 1 })).toMatchObject({ status: 200 });
    expect((await atVersion({ api }, id, 4)).state.status).toBe('PREPARED');
    expect(await api.command(id, 'apply_execution_success', { executeAt: 1 })).toMatchObject({
      status: 200,
      body: { stage: 'PROCESSED', aggregateVersion: 5 },
    });
  }

  async function withTemporal<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const connection = await Connection.connect({ address: temporal.address });
    try {
      return await work(new Client({ connection }));
    } finally {
      await connection.close();
    }
  }

  it('Temporal knows every word of its dynamic configuration, and obeys it', async () => {
    const { folder } = await findTemporalServer({ env: process.env, say, stopping: never });
    const file = join(ROOT, 'deploy', 'temporal', 'dynamic-config.yaml');
    const { stdout } = await run(join(folder, 'temporal-server'), ['validate-dynamic-config', file]);
    expect(stdout.trim()).toBe(file);
  });

  it('the whole service: a life, and its workflow is found by its search attributes', async () => {
    const redress = await start();
    await live(redress.url, 'whole');
    await withTemporal(async ({ workflow }) => {
      const query = `CompensationStatus = 'SUCCEEDED' and ExecutionStatus = 'Completed'`;
      await expect.poll(async () => (await workflow.count(query)).count, { timeout: READY }).toBe(1);
      // The limit of the dynamic configuration, since columns have no room for more.
      const options = { workflowId: 'x'.repeat(256), taskQueue: 'nobody' };
      await expect(workflow.start('anything', options)).rejects.toThrow();
    });
  });

  it('the health checks of the containers pass', async () => {
    const [redress] = running;
    const [, command = ''] = /^HEALTHCHECK .*\\\n +CMD (.+)$/m.exec(await readDockerfile()) ?? [];
    const [node = '', ...args] = JSON.parse(command) as string[];
    await run(node, args, { env: { ...process.env, PORT: new URL(redress?.url ?? '').port } });
    await isReady(services.postgres, postgres.port);
    await isReady(services['temporal-postgres'], temporal.postgres.port);
    expect(services.temporal.healthcheck?.test).toEqual(['CMD', 'nc', '-z', '127.0.0.1', '7233']);
    const [host = '', port = ''] = temporal.address.split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    socket.destroy();
  });

  it('everything stops and starts again, the schema is looked at again, and a retry falls due meanwhile', async () => {
    await createRecord({ api: connectApi(running[0]?.url ?? '') }, 'restarted', {
      retrySpec: { maxRetries: 3, minBackoff: 3, executionTimeout: 60 },
    });
    for (const redress of running.splice(0)) expect(await redress.stop()).toBe(0);
    await temporal.stop();
    await postgres.stop();
    await Promise.all([postgres.start(), temporal.start()]);
    const redress = await start();
    const api = connectApi(redress.url);
    expect((await atVersion({ api }, 'restarted', 2)).state.status).toBe('PREPARED');
    expect(await redress.stop()).toBe(0);
    running.length = 0;
  }, 180_000);

  it('one process for the API and one for the work: a life across both', async () => {
    const [api] = await Promise.all([start('redress', { ROLES: 'api' }), start('redress-worker')]);
    await live(api.url, 'split');
  }, 120_000);
});
