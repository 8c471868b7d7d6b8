import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { say } from '../../local/log.ts';
import { chooseSeed } from '../support/fault-random.ts';
import { type System, openSystem } from '../support/system.ts';
import { type FuzzResult, fuzz } from './fuzz.ts';
import { findSchemathesis } from './schemathesis.ts';

const schemathesis = await findSchemathesis(say);
if (schemathesis === null) console.warn('NOT RUN: Schemathesis needs Python 3.10 or later with venv and pip.');

/** Other requests each time; those of an earlier run where FAULTS_SEED is the number that it has said. */
const SEED = chooseSeed();
/** The least share. All were tried on a machine with seven times the load of its cores; in less time the last are left out. */
const SHARE = 0.9;

describe.skipIf(schemathesis === null)('whatever is sent to the service', () => {
  let system: System;
  let result: FuzzResult;

  beforeAll(async () => {
    if (schemathesis === null) return;
    console.log(`FAULTS_SEED=${SEED}`);
    system = await openSystem({ LOG_LEVEL: 'error' });
    result = await fuzz({ schemathesis, url: system.redress.url, seed: SEED, examples: 4, seconds: 300 });
    const { requests, operations } = result;
    console.log(`${requests} requests to ${operations.tested} of ${operations.total} forms of an operation`);
  }, 600_000);

  // Every record has kept its promises, or this fails.
  afterAll(() => system.close());

  test('it answers with what its document declares, and never with an error of its own', () => {
    expect(result.failures, result.text).toEqual([]);
  });

  test('nearly all operations were tried, in both forms of an answer, however slow this machine is', () => {
    const { tested, total } = result.operations;
    expect(tested, 'where time did not suffice, those at the end of the document were left out').toBeGreaterThanOrEqual(
      total * SHARE,
    );
  });
});
