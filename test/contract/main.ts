import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSystem } from '../support/system.ts';
import { readDifferenceRows } from './differences-page.ts';
import { EXPECTATIONS } from './expectations/index.ts';
import { readRecording } from './recording.ts';
import { reportOn } from './report.ts';
import { environmentOf, playRecording } from './run.ts';

const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));

/** Plays the recording in a folder or file against a service of its own. Gives the number of failures. */
async function main(path: string): Promise<number> {
  const exchanges = readRecording(path);
  const system = await openSystem(environmentOf(exchanges));
  try {
    const run = await playRecording(exchanges, system.redress.url, EXPECTATIONS);
    const { passed, failed, text } = reportOn(run, EXPECTATIONS, readDifferenceRows());
    process.stdout.write(`${text}${passed} passed, ${failed} failed\n`);
    return failed;
  } finally {
    await system.close();
  }
}

const [path] = process.argv.slice(2);
try {
  // npm runs scripts in the folder of the package, whatever folder it was called in.
  const failed = await main(path === undefined ? GOLDEN : resolve(process.env['INIT_CWD'] ?? '.', path));
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
