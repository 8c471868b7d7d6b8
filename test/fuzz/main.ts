import { parseArgs } from 'node:util';
import { say } from '../../local/log.ts';
import { chooseSeed } from '../support/fault-random.ts';
import { openSystem } from '../support/system.ts';
import { fuzz } from './fuzz.ts';
import { findSchemathesis } from './schemathesis.ts';

/** Less than seven minutes on two cores, of which what its coverage phase tries for each operation takes two. */
const DEFAULTS = { examples: '40', seconds: '400' } as const;

/** Tests a service of its own against its document. Gives the number of failures. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, examples: { type: 'string' }, seconds: { type: 'string' } },
  });
  const schemathesis = await findSchemathesis(say);
  if (schemathesis === null) {
    say('NOT RUN: Schemathesis needs Python 3.10 or later with venv and pip.');
    return 0;
  }
  const seed = Number(values.seed ?? chooseSeed());
  const examples = Number(values.examples ?? DEFAULTS.examples);
  const seconds = Number(values.seconds ?? DEFAULTS.seconds);
  const system = await openSystem({ LOG_LEVEL: 'error' });
  try {
    const { requests, operations, failures, text } = await fuzz({
      schemathesis,
      url: system.redress.url,
      seed,
      examples,
      seconds,
    });
    process.stdout.write(text);
    say(`${requests} requests to ${operations.tested} of ${operations.total} forms of an operation, seed ${seed}.`);
    for (const failure of failures) say(failure);
    return failures.length;
  } finally {
    await system.close();
  }
}

process.exitCode = (await main()) === 0 ? 0 : 1;
