import { z } from 'zod';

/** What a run of the tests came to. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
}

const REPORT = z.object({
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * Counts the tests in vitest's JSON report. A file that could not be run is one failed test, and so is a run that failed
 * for any other reason, was killed or wrote no report: a failure is never counted as none.
 */
export function countTests(report: string | null, exitCode: number): TestCount {
  const files = report === null ? [] : REPORT.parse(JSON.parse(report)).testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const broken = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const failed = tests.filter(({ status }) => status === 'failed').length + broken.length;
  return { passed, failed: failed === 0 && (exitCode !== 0 || passed === 0) ? 1 : failed };
}
