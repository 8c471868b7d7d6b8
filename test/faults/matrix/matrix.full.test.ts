import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultServers, startFaultServers } from '../../support/fault-servers.ts';
import { describeResult } from './report.ts';
import { ROWS } from './rows.ts';
import { runRow } from './run-row.ts';
import { BRIEF } from './scale.ts';

/** Milliseconds for one row with its start, the time in which everything must be made up for, and its checks. */
const ROW_TIMEOUT = 180_000;

describe('what is promised holds through', () => {
  let servers: FaultServers;

  beforeAll(async () => {
    servers = await startFaultServers();
  });
  afterAll(() => servers.remove());

  test.for(ROWS)('$fault', { timeout: ROW_TIMEOUT }, async (row, context) => {
    const result = await runRow(row, servers, BRIEF);
    console.log(describeResult(result));
    if (result.outcome === 'not run') context.skip(result.reason);
    else expect(result.outcome === 'failed' ? result.reasons : []).toEqual([]);
  });
});
