import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Api, connectApi } from '../support/api.ts';
import { createRecord } from '../support/records.ts';
import type { Schemathesis } from './schemathesis.ts';

const DOCUMENT = 'openapi.json';
const CONFIG = join(import.meta.dirname, 'schemathesis.toml');

export interface FuzzOptions {
  readonly schemathesis: Schemathesis;
  /** Of the service, which is filled with rubbish. */
  readonly url: string;
  /** The same seed generates the same requests. */
  readonly seed: number;
  /** Most random requests to one operation, in each of the two forms of an answer; those at its limits come before them. */
  readonly examples: number;
  /** After so many seconds no further request is made. */
  readonly seconds: number;
}

/** What came of it. */
export interface FuzzResult {
  readonly requests: number;
  readonly operations: { readonly total: number; readonly tested: number };
  /** Each kind of failure, with the operations that have it. */
  readonly failures: readonly string[];
  /** What Schemathesis says of them, with a request for each that shows it. */
  readonly text: string;
}

const REPORT = z.object({
  operations: z.object({ total: z.int(), tested: z.int() }),
  test_cases: z.object({ generated: z.int() }),
  failures: z.array(z.object({ title: z.string(), operations: z.array(z.string()) })),
  errors: z.array(z.object({ title: z.string() })),
});

/**
 * Answers as one document, which are held against their schema, and as the events of a stream, whose frames are no part of an
 * OpenAPI 3.1 schema. Nor can a document tie an answer to the projection of its request: only the second form is asked for those.
 */
const FORMS = [
  { accept: 'application/json', projections: false, args: [] },
  {
    accept: 'text/event-stream',
    projections: true,
    args: ['--header', 'Accept: text/event-stream', '--exclude-checks', 'response_schema_conformance'],
  },
] as const;
const PROJECTION = 'wow.api.query.Projection';
const DECLARED = z.looseObject({
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

/** Sends a service what its OpenAPI document allows and what it forbids, and holds every answer against the document. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  await createRecords(connectApi(options.url));
  const folder = await mkdtemp(join(tmpdir(), 'redress-fuzz-'));
  const results: FuzzResult[] = [];
  try {
    // Read here: the headers of a form would be sent with the request for the document too.
    const document = DECLARED.parse(await (await fetch(`${options.url}/v3/api-docs`)).json());
    for (const form of FORMS) {
      await writeFile(
        join(folder, DOCUMENT),
        JSON.stringify(form.projections ? document : withoutProjections(document)),
      );
      results.push(await fuzzForm(options, folder, form));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return {
    requests: sum(results, ({ requests }) => requests),
    operations: {
      total: sum(results, ({ operations }) => operations.total),
      tested: sum(results, ({ operations }) => operations.tested),
    },
    failures: results.flatMap(({ failures }) => failures),
    text: results.map((result) => result.text).join('\n'),
  };
}

/** The same document, whose projections are empty. @throws Error when it has none */
function withoutProjections({ components, ...rest }: z.output<typeof DECLARED>): object {
  const { schemas } = components;
  if (!(PROJECTION in schemas)) throw new Error(`The document has no ${PROJECTION}: give its present name.`);
  const empty = { type: 'object', maxProperties: 0 };
  return { ...rest, components: { ...components, schemas: { ...schemas, [PROJECTION]: empty } } };
}

async function fuzzForm(
  { schemathesis, url, seed, examples, seconds }: FuzzOptions,
  folder: string,
  { accept, args }: (typeof FORMS)[number],
): Promise<FuzzResult> {
  const file = join(folder, 'report.json');
  const limits = ['--max-examples', String(examples), '--max-time', String(Math.ceil(seconds / FORMS.length))];
  const report = ['--report', 'json', '--report-json-path', file];
  const child = spawn(
    schemathesis.python,
    [
      ...['-m', 'schemathesis.cli', '--config-file', CONFIG, 'run', DOCUMENT, '--url', url],
      ...['--seed', String(seed), '--no-color', ...limits, ...report, ...args],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, FUZZ_ACCEPT: accept } },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const { operations, test_cases, failures, errors } = await readReport(file, output);
  return {
    requests: test_cases.generated,
    operations,
    failures: [
      ...failures.map(({ title, operations: where }) => `${title}: ${where.join(', ')}`),
      ...errors.map(({ title }) => title),
    ],
    text: output,
  };
}

async function readReport(file: string, output: string): Promise<z.output<typeof REPORT>> {
  try {
    return REPORT.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new Error(`Schemathesis did not come to its end:\n${output}`, { cause: error });
  }
}

const sum = (results: readonly FuzzResult[], of: (result: FuzzResult) => number): number =>
  results.reduce((total, result) => total + of(result), 0);

/** One record of every kind, under the ids that the configuration has requests use. */
async function createRecords(api: Api): Promise<void> {
  for (const id of ['fuzz-failed', 'fuzz-prepared', 'fuzz-succeeded', 'fuzz-exhausted', 'fuzz-deleted']) {
    await createRecord({ api }, id);
  }
  await api.command('fuzz-exhausted', 'apply_retry_spec', { maxRetries: 0, minBackoff: 1, executionTimeout: 60 });
  await api.command('fuzz-deleted', 'default_delete_aggregate');
  for (const id of ['fuzz-prepared', 'fuzz-succeeded']) await api.command(id, 'prepare_compensation');
  await api.command('fuzz-succeeded', 'apply_execution_success', { executeAt: 1 });
}
