import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { openDataFolder } from './data-folder.ts';
import { playDemo } from './demo/play.ts';
import { createScreen } from './demo/screen.ts';
import { LocalError } from './local-error.ts';
import { say } from './log.ts';
import { ROOT, setting } from './settings.ts';
import { takeStopSignals } from './stop-signals.ts';

const HELP = `npm run demo: shows how event handlers that fail are retried and recovered.

It starts an instance of Redress of its own and a shop with five handlers that
fail in different ways, and shows what happens. It takes about half a minute and
ends by itself; its exit code is 0 if every retry came on time and did what it
should. It can run beside npm start. Ctrl-C stops it at any time.

  npm run demo -- --stay   keeps everything up afterwards, until Ctrl-C
  npm run demo -- --help   shows this

Settings (environment variables):
  DATA_DIR (.data)
      Folder for everything that is kept; the demo has the folder demo in it.
  NO_COLOR
      Set to anything, there are no colours.
`;

/** What shells take for an end by Ctrl-C: the demo has not shown that all is well. */
const INTERRUPTED = 128 + constants.signals.SIGINT;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = args.find((arg) => arg !== '--stay');
  if (unknown !== undefined) throw new LocalError(`The demo does not know "${unknown}".\n\n${HELP}`);
  const signals = takeStopSignals();
  // Whoever reads along has gone away: then nobody sees the rest.
  process.stdout.on('error', () => process.kill(process.pid, 'SIGTERM'));
  const folder = await openDataFolder(join(resolve(ROOT, setting(process.env, 'DATA_DIR') ?? '.data'), 'demo'), say);
  const screen = createScreen(process.stdout);
  try {
    return await playDemo({ folder, screen, signals, stay: args.includes('--stay') });
  } catch (error) {
    if (!signals.stopping.aborted) throw error;
    return INTERRUPTED;
  } finally {
    screen.close();
    folder.close();
    say('Stopped.');
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof LocalError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
