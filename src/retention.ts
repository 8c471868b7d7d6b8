import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import { type Survey, removeFinishedRecords, surveyFinishedRecords } from './recovery/index.ts';
import { checkCluster, createPools, migrate, openClock } from './store/index.ts';

/**
 * The command `retention`: removes what a running service would remove under RETENTION, once, or with `isDry` says what
 * that is.
 * @throws ConfigError where RETENTION is off; as `migrate` and `checkCluster`
 */
export async function retain({ databaseUrl, retention }: Config, log: Logger, isDry: boolean): Promise<void> {
  if (retention === null) {
    throw new ConfigError([
      { name: 'RETENTION', text: 'is off: say how long finished records are kept, e.g. RETENTION=30d' },
    ]);
  }
  await migrate(databaseUrl, log);
  const pools = createPools(databaseUrl, log);
  try {
    await checkCluster(pools.commands);
    const clock = await openClock(pools.commands, log);
    clock.stop();
    const before = clock.now() - retention;
    if (isDry) {
      process.stdout.write(surveyText(await surveyFinishedRecords(pools.queries, before), before));
      return;
    }
    const removal = await removeFinishedRecords({ pools, log, onRemoved: () => undefined }, before, {
      goesOn: () => true,
    });
    log.info(removal, 'retention has run once');
  } finally {
    await pools.end();
  }
}

const HEADINGS = ['status', 'month', 'records', 'events', 'about'];

function surveyText({ rows, heldBack }: Survey, before: number): string {
  const total = rows.reduce(
    (sum, { records, events, bytes }) => ({
      records: sum.records + records,
      events: sum.events + events,
      bytes: sum.bytes + bytes,
    }),
    { records: 0, events: 0, bytes: 0 },
  );
  const cells = [...rows, { status: 'all', month: '', ...total }].map(({ status, month, records, events, bytes }) => [
    status,
    month,
    String(records),
    String(events),
    `${(bytes / 1024 / 1024).toFixed(1)} MB`,
  ]);
  const widths = HEADINGS.map((_, column) => Math.max(...[HEADINGS, ...cells].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  const kept =
    heldBack === 0
      ? ''
      : `\nKept, since a subscriber of the feed has not taken their events yet: ${heldBack} records.\n`;
  return `Would be removed, finished before ${new Date(before).toISOString()}:\n\n${[HEADINGS, ...cells].map(line).join('\n')}\n${kept}`;
}
