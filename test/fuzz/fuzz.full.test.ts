import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { say } from '../../local/log.ts';
import { type System, openSystem } from '../support/system.ts';
import { type FuzzResult, fuzz } from './fuzz.ts';
import { findSchemathesis } from './schemathesis.ts';

const schemathesis = await findSchemathesis(say);
if (schemathesis === null) console.warn('NOT RUN: Schemathesis needs Python 3.10 or later with venv and pip.');

/** The same requests each time, so that a change is to blame when one fails; `npm run fuzz` asks for other ones. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 633_950_406);

describe.skipIf(schemathesis === null)('whatever is sent to the service', () => {
  let system: System;
  let result: FuzzResult;

  beforeAll(async () => {
    if (schemathesis === null) return;
    system = await openSystem({ LOG_LEVEL: 'error' });
    result = await fuzz({ schemathesis, url: system.redress.url, seed: SEED, examples: 4, seconds: 180 });
    const { requests, operations } = result;
    console.log(`FAULTS_SEED=${SEED}: ${requests} requests, ${operations.tested} of ${operations.total} operations`);
  }, 480_000);

  // Every record has kept its promises, or this fails.
  afterAll(() => system.close());

  test('it answers with what its document declares, and never with an error of its own', () => {
    expect(result.failures, result.text).toEqual([]);
  });

  test('most operations were tried, however slow this machine is', () => {
    expect(result.operations.tested).toBeGreaterThan(result.operations.total / 2);
  });
});
