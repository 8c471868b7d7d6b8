import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { EventStream } from '../../client/src/index.ts';
import { createCases, type DemoCase } from '../../local/demo/cases.ts';
import { demoEnvironment } from '../../local/demo/environment.ts';
import { describePath, follow, type History, retriesOf } from '../../local/demo/history.ts';
import { liveTable } from '../../local/demo/live.ts';
import type { DemoRecord } from '../../local/demo/record.ts';
import { createScreen } from '../../local/demo/screen.ts';
import { compareTraces } from '../../local/demo/trace.ts';
import { findProblems } from '../../local/demo/verdict.ts';
import { VARIABLES } from '../../src/config-variables.ts';

const T0 = 1_756_700_000_000;
const ERROR = { errorCode: 'Broken', errorMsg: 'it broke', stackTrace: '' };
const NOTHING_DELIVERED = { deliveries: [], problems: [] };

/** A record whose failure was retried once, by itself, so many milliseconds after that was due. */
function retriedOnce(demoCase: DemoCase, lateness: number): DemoRecord {
  const retryState = (retries: number, retryAt: number) => ({
    retries,
    retryAt,
    timeoutAt: retryAt + 3_000,
    nextRetryAt: retryAt + 1_000 * 2 ** retries,
  });
  const preparedAt = T0 + 1_000 + lateness;
  const streams = [
    {
      version: 1,
      requestId: 'reported',
      createTime: T0,
      body: [
        {
          name: 'execution_failed_created',
          body: { error: ERROR, executeAt: T0, retryState: retryState(0, T0), retrySpec: demoCase.retrySpec },
        },
      ],
    },
    {
      version: 2,
      requestId: 'redress:retry:id:1',
      createTime: preparedAt,
      body: [{ name: 'compensation_prepared', body: { retryState: retryState(1, preparedAt) } }],
    },
    {
      version: 3,
      requestId: 'redress:outcome:id:1',
      createTime: preparedAt + 10,
      body: [{ name: 'execution_success_applied', body: { executeAt: preparedAt + 10 } }],
    },
  ] as unknown as EventStream[];
  return {
    demoCase,
    reported: { id: 'id', error: ERROR },
    history: streams.reduce<History | null>(follow, null),
    cut: null,
  };
}

/** A case that is to be recovered by its first retry. */
function caseOfOneRetry(): DemoCase {
  const found = createCases().all.find(({ paths }) => paths.includes('failed, retry, recovered'));
  if (found === undefined) throw new Error('there is none');
  return found;
}

const delivered = (lateness: number) => ({
  deliveries: [{ executionId: 'id', attempt: 1, receivedAt: T0 + 1_000 + lateness + 5 }],
  problems: [],
});

test('no setting of the surroundings leads the demo elsewhere or changes what it shows', () => {
  const names = [
    ...Object.keys(VARIABLES.shape),
    'TEMPORAL_ADDRESS',
    'TEMPORAL_TLS',
    'TEMPORAL_PROFILE',
    'POSTGRES_PORT',
  ];
  const env = demoEnvironment(Object.fromEntries(names.map((name) => [name, 'x'])), '/no/profiles');
  expect(env).toEqual({ LOG_LEVEL: 'x', TEMPORAL_CONFIG_FILE: '/no/profiles' });
});

test('when a retry was due is read from the record as it was before', () => {
  const { history } = retriedOnce(caseOfOneRetry(), 40);
  if (history === null) throw new Error('there is a history');
  expect(describePath(history)).toBe('failed, retry, recovered');
  expect(retriesOf(history)).toEqual([{ attempt: 1, dueAt: T0 + 1_000, preparedAt: T0 + 1_040, backOff: 1_000 }]);
});

test('an attempt in flight has to time out before the next one is due', () => {
  const { history } = retriedOnce(caseOfOneRetry(), 0);
  const before: History | null = history && { ...history, status: 'PREPARED' };
  const after = follow(before, {
    version: 4,
    requestId: 'redress:retry:id:3',
    createTime: T0 + 9_000,
    body: [
      {
        name: 'compensation_prepared',
        body: { retryState: { retries: 2, retryAt: T0 + 9_000, timeoutAt: T0 + 12_000, nextRetryAt: T0 + 13_000 } },
      },
    ],
  } as unknown as EventStream);
  expect(retriesOf(after).at(-1)).toMatchObject({ attempt: 2, dueAt: T0 + 4_001 });
});

test('the demo finds nothing wrong with a retry that came and arrived on time', () => {
  expect(findProblems([retriedOnce(caseOfOneRetry(), 40)], delivered(40))).toEqual([]);
});

test.each([
  ['too early', 'retry 1 came 30 ms before it was due', retriedOnce(caseOfOneRetry(), -30), delivered(-30)],
  ['too late', 'retry 1 came 3500 ms after it was due', retriedOnce(caseOfOneRetry(), 3_500), delivered(3_500)],
  ['too slowly', 'retry 1 took 4005 ms to the shop', retriedOnce(caseOfOneRetry(), 0), delivered(4_000)],
  ['never', 'retries 1 went out, the shop got none', retriedOnce(caseOfOneRetry(), 0), NOTHING_DELIVERED],
])('the demo fails when a retry comes %s', (_when, problem, record, shop) => {
  expect(findProblems([record], shop)).toEqual([`${record.demoCase.processor}: ${problem}`]);
});

test('the demo fails when something else happens than it should', () => {
  const { stuck } = createCases();
  const [problem] = findProblems([{ ...retriedOnce(caseOfOneRetry(), 0), demoCase: stuck }], delivered(0));
  expect(problem).toContain('what happened is "failed, retry, recovered"');
});

test('a stack trace that is cut is told from one that is mangled', () => {
  const sent = Array.from({ length: 100 }, (_, line) => `at line ${line}`).join('\n');
  const stored = `at line 0\nat line 1\n… 1234 bytes are left out here …\nat line 99`;
  expect(compareTraces(sent, sent)).toBeNull();
  expect(compareTraces(sent, stored)).toMatchObject({ lastLine: 1, lines: 100, isFaithful: true });
  expect(compareTraces(sent, stored.replace('line 99', 'line 7'))).toMatchObject({ isFaithful: false });
  expect(compareTraces(sent, sent.slice(0, 500))).toMatchObject({ isFaithful: false });
});

test('without a terminal there are plain lines only', () => {
  const written: string[] = [];
  const screen = createScreen({ isTTY: false, columns: 80, rows: 24, write: (text) => written.push(String(text)) > 0 });
  screen.live(() => ['now']);
  screen.print('it happened');
  screen.close();
  expect(written).toEqual(['it happened\n']);
});

test('on a terminal what happens stays above the part that is kept up to date', () => {
  const written: string[] = [];
  const screen = createScreen({ isTTY: true, columns: 80, rows: 24, write: (text) => written.push(String(text)) > 0 });
  screen.live(() => ['now', 'and then']);
  written.length = 0;
  screen.print('it happened');
  screen.close();
  // Two rows up, over the old part; then the line that stays, then the part anew.
  expect(written[0]).toContain('\r\x1b[2A');
  expect(stripVTControlCharacters(written[0] ?? '')).toBe('\rit happened\nnow\nand then\n');
  expect(written.at(-1)).toBe('\x1b[?25h');
});

test.each([20, 40, 60, 80, 120])('no line of the live table is wrapped on a terminal of %i columns', (columns) => {
  const records = createCases().all.map((demoCase) => retriedOnce(demoCase, 0));
  const lines = liveTable(records, T0, T0 + 1_000, columns).map(stripVTControlCharacters);
  expect(lines).toHaveLength(records.length + 2);
  for (const line of lines) expect(line.length).toBeLessThan(columns);
});
