import { mkdirSync } from 'node:fs';
import type { Benchmark, Report } from './benchmark.ts';
import { readCpu } from './block.ts';
import { readDocuments } from './documents.ts';
import { parked } from './engagement.ts';
import { type LoadGenerator, withLoadGenerator } from './load-generator.ts';
import { APPENDS, CREATES, type Rate, makeAppended, runPgbench } from './pgbench.ts';
import { type Share, readProfiles } from './profile.ts';
import { countWithoutWorkflow } from './same-work.ts';
import { type Servers, queryOnce } from './servers.ts';
import { type Side, startProduct, withSide } from './sides.ts';
import { whileStill } from './stillness.ts';

const FULL = { commands: 3_000, seconds: 30, warmUp: 500 };
const QUICK = { commands: 600, seconds: 10, warmUp: 200 };
const CALLERS = 8;
/** Of the creates so many may be stored without a workflow before their profile means nothing. */
const WITHOUT_WORKFLOW = 0.01;
/** Lines of a profile that are printed. */
const LINES = 10;

type Plan = typeof FULL;

export const ceiling: Benchmark = {
  about: "what Postgres alone does with the service's statements, and where the service's CPU goes",
  async run(servers, { quick }) {
    const plan = quick ? QUICK : FULL;
    return await withLoadGenerator(async (load) => {
      // First, since the records of pgbench would be given workflows meanwhile.
      const profile = await profileCreates(servers, load, plan);
      const statements = await withSide(servers, startProduct, (product) =>
        measureStatements(servers, load, product, plan),
      );
      return report(plan, statements, profile);
    });
  },
};

interface Statements {
  readonly creates: Rate;
  readonly appends: Rate;
  /** Of the snapshots that the appends have updated, those whose indexes needed no new entry. */
  readonly hot: number;
}

async function measureStatements(
  servers: Servers,
  load: LoadGenerator,
  product: Side,
  plan: Plan,
): Promise<Statements> {
  const { url, databaseUrl } = product;
  await load.run({ url, callers: 1, until: { commands: 1 }, command: parked() });
  const documents = await readDocuments(databaseUrl);
  const options = { callers: 2, seconds: plan.seconds };
  // The service would start workflows for the records of pgbench meanwhile.
  return await whileStill(product, async () => {
    servers.say('pgbench: creates …');
    const creates = await runPgbench(servers, databaseUrl, documents, CREATES, options);
    servers.say('pgbench: appends …');
    await makeAppended(databaseUrl, documents);
    await queryOnce(databaseUrl, 'select pg_stat_reset()');
    const appends = await runPgbench(servers, databaseUrl, documents, APPENDS, options);
    const [row] = await queryOnce<{ hot: number }>(
      databaseUrl,
      `select n_tup_hot_upd::float8 / greatest(1, n_tup_upd) as hot from pg_stat_user_tables where relname = 'snapshot'`,
    );
    return { creates, appends, hot: row?.hot ?? Number.NaN };
  });
}

interface ServiceProfile {
  /** Milliseconds of CPU per create, of all threads, those of the Temporal SDK's core included. */
  readonly cpu: number | null;
  /** Creates that took the shorter way, without a workflow: Temporal did not answer in time. */
  readonly stored: number;
  /** Per create: the main thread, then that of the workflows. */
  readonly threads: readonly (readonly Share[])[];
}

/** Runs the service under Node's profiler. */
async function profileCreates(
  servers: Servers,
  load: LoadGenerator,
  { commands, warmUp }: Plan,
): Promise<ServiceProfile> {
  const folder = servers.folder.file('profiles');
  mkdirSync(folder, { recursive: true });
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `${before ?? ''} --cpu-prof --cpu-prof-dir=${folder}`.trim();
  try {
    const measured = await withSide(servers, startProduct, async (side) => {
      const create = (count: number) =>
        load.run({ url: side.url, callers: CALLERS, until: { commands: count }, command: parked() });
      await create(warmUp);
      servers.say('Profiling creates …');
      const startedAt = performance.now();
      const from = readCpu(servers, side).service;
      const { ids } = await create(commands);
      const to = readCpu(servers, side).service;
      const stored = await countWithoutWorkflow(side, ids);
      return { pid: side.pid, startedAt, stored, cpu: from === null || to === null ? null : (to - from) / commands };
    });
    const threads = readProfiles(folder, measured.pid, performance.now() - measured.startedAt).map((shares) =>
      shares.slice(0, LINES).map(({ where, ms }) => ({ where, ms: ms / commands })),
    );
    return { cpu: measured.cpu, stored: measured.stored, threads };
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
}

function report(plan: Plan, statements: Statements, profile: ServiceProfile): Report {
  const { creates, appends, hot } = statements;
  const line = (name: string, { perSecond, latency }: Rate): string =>
    `${name} ${perSecond.toFixed(0).padStart(6)}/s  ${latency.toFixed(2)} ms`;
  const threads = profile.threads.map((shares, index) =>
    [
      `${index === 0 ? 'Main thread' : 'Workflow thread'}, ms per create:`,
      ...shares.map(({ where, ms }) => `  ${ms.toFixed(3).padStart(7)}  ${where}`),
    ].join('\n'),
  );
  const text = [
    `pgbench with the service's statements, 2 connections:`,
    line('  creates', creates),
    `${line('  appends', appends)}; ${(hot * 100).toFixed(0)} % of the updates were HOT`,
    `The service takes ${profile.cpu?.toFixed(1) ?? '–'} ms of CPU for a create through its workflow, under the profiler. Where it goes:`,
    ...threads,
  ].join('\n');
  const failures =
    profile.stored > plan.commands * WITHOUT_WORKFLOW
      ? [
          `${profile.stored} of ${plan.commands} creates were stored without a workflow: the machine is too busy for this.`,
        ]
      : [];
  return { text, data: { plan, statements, profile }, failures };
}
