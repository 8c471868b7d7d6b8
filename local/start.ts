import { once } from 'node:events';
import { resolve } from 'node:path';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { LocalError } from './local-error.ts';
import { say } from './log.ts';
import { isPortFree } from './ports.ts';
import { provide, type Provision } from './provision.ts';
import { printServiceHelp, startService } from './service.ts';
import { ROOT, setting, settingsHelp } from './settings.ts';
import { type StopSignals, takeStopSignals } from './stop-signals.ts';

const HELP = `npm start: runs Redress on this machine, with a Postgres and a Temporal of its own where none is named.
The first start sets everything up; later ones take a few seconds. Ctrl-C stops it, a second one hurries.

Settings of the local start (environment variables):
${settingsHelp()}
`;

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return printServiceHelp();
  }
  const signals = takeStopSignals();
  const folder = await openDataFolder(resolve(ROOT, setting(process.env, 'DATA_DIR') ?? '.data'), say);
  try {
    await checkPort(setting(process.env, 'PORT') ?? '8080', setting(process.env, 'HOST') ?? '127.0.0.1');
    return await run(folder, signals);
  } catch (error) {
    // Called off by the person before everything was up.
    if (!signals.stopping.aborted) throw error;
    say('Stopped before everything was up.');
    return 0;
  } finally {
    folder.close();
  }
}

async function run(folder: DataFolder, { stopping, hurry }: StopSignals): Promise<number> {
  const provision = await provide({ folder, say, stopping, hurry });
  try {
    stopping.throwIfAborted();
    const service = startService(folder, { ...process.env, ...provision.env });
    void service.ready.then((ready) => {
      if (ready !== null) sayWhere(ready.url, provision, folder);
    });
    const ended = await Promise.race([service.ended, stopOf(stopping)]);
    if (ended !== null) {
      if (ended !== 0) say(`The service ended with exit code ${ended}: stopping the rest.`);
      return ended;
    }
    say('Stopping; Ctrl-C again hurries …');
    await service.stop(hurry);
    return 0;
  } finally {
    await provision.stop();
    say('Stopped.');
  }
}

async function stopOf(stopping: AbortSignal): Promise<null> {
  if (!stopping.aborted) await once(stopping, 'abort');
  return null;
}

/** Before the long steps, and with better advice than the service can give. The service itself judges what is no port. */
async function checkPort(port: string, host: string): Promise<void> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || (await isPortFree(Number(port), host))) return;
  throw new LocalError(
    `Port ${port} is taken by another program. Stop that program, or start with another port: PORT=${Number(port) + 1} npm start`,
  );
}

function sayWhere(url: string | null, { postgres, temporal }: Provision, folder: DataFolder): void {
  const places = [
    ['REST API', url ?? 'none (ROLES)'],
    ['Temporal Web UI', temporal?.uiUrl ?? setting(process.env, 'TEMPORAL_UI_URL') ?? 'not known (TEMPORAL_UI_URL)'],
    ['Temporal', temporal?.address ?? 'as the environment says'],
    [
      'Postgres',
      postgres === null
        ? 'as DATABASE_URL says'
        : `127.0.0.1:${postgres.port} (password: ${folder.file('postgres.password')})`,
    ],
    ['Data and logs', folder.path],
  ];
  say(
    [
      'Redress runs. Ctrl-C stops it.',
      ...places.map(([name = '', where = '']) => `  ${name.padEnd(16)} ${where}`),
    ].join('\n'),
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof LocalError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
