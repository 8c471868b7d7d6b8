import { pino } from 'pino';
import metadata from '../package.json' with { type: 'json' };
import { ConfigError } from './config-error.ts';
import { configHelp } from './config-table.ts';
import { type Config, readConfig } from './config.ts';
import { TargetsFileError } from './dispatch/index.ts';
import { ListenError } from './http/index.ts';
import { KafkaConfigError } from './kafka/index.ts';
import { ImportRuns } from './import/index.ts';
import { ImportFileError, importFile, readImportFiles } from './import.ts';
import { type Service, startService } from './service.ts';
import { rebase } from './rebase.ts';
import { retain } from './retention.ts';
import { StoreUnavailable, StoreUnusable } from './store/index.ts';
import { TemporalConfigError, installRuntime } from './temporal/index.ts';

/** What can go wrong at the start for reasons that the person who starts it can mend; the message says how. */
const EXPECTED = [
  ConfigError,
  KafkaConfigError,
  TargetsFileError,
  StoreUnusable,
  StoreUnavailable,
  TemporalConfigError,
  ListenError,
  ImportFileError,
  ImportRuns,
];

const REBASE = 'feed rebase';
const RETENTION = 'retention';
const DRY_RETENTION = 'retention --dry-run';
const COMMANDS = ['', REBASE, RETENTION, DRY_RETENTION];
const IMPORT = 'import';

const USAGE = `Redress: the service. Settings come from the environment.

  node src/main.ts                      runs it
  node src/main.ts ${REBASE}          lets the event feed go on after the database was restored from a backup, and ends
  node src/main.ts ${RETENTION}            removes finished records that are older than RETENTION, and ends
  node src/main.ts ${DRY_RETENTION}  says what that would remove, and ends
  node src/main.ts ${IMPORT} FILE          takes in event streams that another recorder has exported, and ends;
                                        - is standard input; --refused FILE keeps what was not taken, and why`;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const command = args.join(' ');
  const importFiles = args[0] === IMPORT ? readImportFiles(args.slice(1)) : null;
  if (!COMMANDS.includes(command) && importFiles === null) {
    process.stdout.write(`${USAGE}\n\n${configHelp()}\n`);
    process.exitCode = command === '--help' ? 0 : 2;
    return;
  }
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel, base: { pid: process.pid } });
  if (command === REBASE) {
    await rebase(config.databaseUrl, log);
    return;
  }
  if (importFiles !== null) {
    process.exitCode = await importFile(config, log, importFiles);
    return;
  }
  if (command === RETENTION || command === DRY_RETENTION) {
    await retain(config, log, command === DRY_RETENTION);
    return;
  }
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'a defect: this process ends, and has to be started again');
    process.exit(1);
  });
  // Nobody is left to end this process where the one that started it is killed.
  let end = (why: string): void => {
    log.info({ why }, 'ending before it was ready');
    process.exit(1);
  };
  const endOrphaned = (): void => {
    end('its parent is gone');
  };
  process.on('disconnect', endOrphaned);
  if (process.send !== undefined && !process.connected) endOrphaned();
  installRuntime(log);
  const service = await startService(config, log);
  end = stopOnce(service, config, log);
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  const { version } = metadata;
  log.info({ version, url: service.url, roles: [...config.roles], autoRetry: config.autoRetry }, 'ready');
  // The process that started this one waits for it, and ends it together with the servers it depends on.
  process.send?.({ ready: true, url: service.url });
}

/** Stops the service in the time that the configuration allows, and ends; at once where it is asked again. */
function stopOnce(service: Service, config: Config, log: pino.Logger): (why: string) => void {
  let isStopping = false;
  return (why) => {
    if (isStopping) {
      log.warn({ why }, 'asked again: ending at once');
      process.exit(1);
    }
    isStopping = true;
    log.info({ why }, 'stopping');
    setTimeout(() => {
      log.error('could not stop in time: ending at once');
      // A thread that waits for a file for ever would hold up an exit.
      process.kill(process.pid, 'SIGKILL');
    }, config.shutdownTimeout).unref();
    service.stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
}

main().catch((error: unknown) => {
  const isExpected = EXPECTED.some((kind) => error instanceof kind);
  process.stderr.write(
    `${isExpected ? (error as Error).message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
});
