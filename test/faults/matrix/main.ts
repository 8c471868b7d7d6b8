import { parseArgs } from 'node:util';
import { LocalError } from '../../../local/local-error.ts';
import { say } from '../../../local/log.ts';
import { takeStopSignals } from '../../../local/stop-signals.ts';
import { describeResult } from './report.ts';
import type { Result } from './result.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows.ts';
import { runMatrix } from './run-matrix.ts';
import { BRIEF, WHOLE } from './scale.ts';
import { writeTable } from './table.ts';

const HELP = `npm run faults [-- <row>…] [--brief]: strikes Redress under load, on servers of its own, and checks what it promises.

${ROWS.map(({ name, fault }) => `  ${name.padEnd(26)} ${fault}`).join('\n')}

  --brief    shorter faults and less load, as in the tests

The results are written into the table of docs/reliability.md; those of brief runs are not.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { brief: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { stopping } = takeStopSignals();
  const rows = chooseRows(positionals);
  const results: Result[] = [];
  const scale = values.brief ? BRIEF : WHOLE;
  const day = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length);
  const machine = await runMatrix({
    rows,
    scale,
    stopping,
    onStart: ({ name, fault }) => {
      say(`${name}: ${fault} …`);
    },
    onResult: (result) => {
      results.push(result);
      say(describeResult(result));
    },
  });
  if (!values.brief && machine !== null) {
    say(`The table of ${writeTable(ROWS, results, { scale, machine, day })} is up to date.`);
  }
  if (stopping.aborted) return 1;
  return results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

/** The rows of these names; without any, all. @throws LocalError for a name that there is not */
function chooseRows(names: readonly string[]): readonly Row[] {
  const unknown = names.find((name) => ROWS.every((row) => row.name !== name));
  if (unknown !== undefined) {
    throw new LocalError(`There is no row "${unknown}". There are: ${ROWS.map(({ name }) => name).join(', ')}.`);
  }
  return names.length === 0 ? ROWS : ROWS.filter(({ name }) => names.includes(name));
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  say(error instanceof LocalError ? error.message : (error.stack ?? error.message));
  process.exitCode = 1;
}
