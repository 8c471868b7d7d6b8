import { fileURLToPath } from 'node:url';
import { openSystem } from '../support/system.ts';
import { readDifferenceRows } from './differences-page.ts';
import { EXPECTATIONS } from './expectations.ts';
import { readRecording } from './recording.ts';
import { reportOn } from './report.ts';
import { environmentOf, playRecording } from './run.ts';

const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));

const exchanges = readRecording(process.argv[2] ?? GOLDEN);
const system = await openSystem(environmentOf(exchanges));
try {
  const run = await playRecording(exchanges, system.redress.url, EXPECTATIONS);
  const { passed, failed, text } = reportOn(run, EXPECTATIONS, readDifferenceRows());
  process.stdout.write(`${text}${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await system.close();
}
