import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LocalError } from '../local/local-error.ts';
import { say } from '../local/log.ts';
import type { TemporalServer } from '../local/temporal-server.ts';
import type { Benchmark } from './benchmark.ts';
import { ceiling } from './ceiling.ts';
import { chooseFigures } from './chosen.ts';
import { commands } from './commands.ts';
import { kafkaIn } from './kafka-in.ts';
import { kafkaOut } from './kafka-out.ts';
import { describeMachine } from './machine.ts';
import { queries } from './queries.ts';
import { retention } from './retention.ts';
import { retries } from './retries.ts';
import { withRealServer } from './real-server.ts';
import { RESULTS, type Servers, withServers } from './servers.ts';
import { storage } from './storage.ts';
import { storm } from './storm.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  commands,
  retries,
  queries,
  storage,
  storm,
  retention,
  ceiling,
  'kafka-in': kafkaIn,
  'kafka-out': kafkaOut,
};

const HELP = `npm run bench -- <name> [--quick | --full] [--only <words>]: measures Redress on this machine, with servers of its own.

${Object.entries(BENCHMARKS)
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

  --quick    a shorter run, to see whether all is well; what misses its bar is named, and the exit code is 0
  --full     a longer one, where there is one (bench/README.md)
  --only     figures of commands or storm whose names have all these words: --only "create 16"; an unknown one lists them

  --server   on a Temporal server with a Postgres of its own, instead of the development server

BENCH_DATABASE_URL and BENCH_TEMPORAL_ADDRESS name other servers, which are filled with records.
Results are kept in .data/bench. Method and limits: bench/README.md.
`;

/** A load average above this means that something else is at work. */
const BUSY = 0.7;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      server: { type: 'boolean', default: false },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [name] = positionals;
  if (name === undefined || values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const benchmark = BENCHMARKS[name];
  if (benchmark === undefined) {
    throw new LocalError(`There is no benchmark "${name}". There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
  }
  const isChosen = chooseFigures(benchmark.figures?.(values) ?? null, values.only);
  const measure = async (servers: Servers): Promise<number> => {
    const machine = await describeMachine(servers);
    if (machine.loadAverage > BUSY) {
      say(
        `Something else keeps this machine busy (load average ${machine.loadAverage.toFixed(1)}): only ratios count.`,
      );
    }
    const startedAt = new Date();
    const { text, data, failures } = await benchmark.run(servers, { ...values, isChosen });
    mkdirSync(RESULTS, { recursive: true });
    const file = join(RESULTS, `${name}-${startedAt.toISOString().replaceAll(/[:.]/g, '-')}.json`);
    writeFileSync(
      file,
      `${JSON.stringify({ benchmark: name, startedAt, ...values, machine, failures, ...data }, null, 2)}\n`,
    );
    const verdict = values.quick ? 'Missed, in a run too short to judge' : 'FAILED';
    process.stdout.write(
      `${[text, ...failures.map((failure) => `${verdict}: ${failure}`), `Kept in ${file}`].join('\n\n')}\n`,
    );
    return failures.length === 0 || values.quick ? 0 : 1;
  };
  const run = (real: TemporalServer | null) => withServers(measure, benchmark.keeps?.(values) ?? null, real);
  return await (values.server ? withRealServer(run) : run(null));
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  if (error.name === 'AbortError') say('Stopped.');
  else say(error instanceof LocalError ? error.message : (error.stack ?? error.message));
  process.exitCode = 1;
}
