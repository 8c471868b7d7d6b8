import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
const INTERCEPTORS = fileURLToPath(new URL('../../workflows/untrusted-signals.ts', import.meta.url));

const nothing = (): void => undefined;
/** The bundler reports its statistics as warnings; what matters is thrown. */
const SILENT = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * The SDK notes for every promise of a workflow where it was made: with ten frames that is a quarter of a workflow's CPU.
 * One frame still says where an error was thrown.
 */
const SHORT_STACKS = 'Error.stackTraceLimit = 1;';

// Bundles the workflow code and writes it to stdout, for `bundleWorkflows`.
const { code } = await bundleWorkflowCode({
  workflowsPath: WORKFLOWS,
  workflowInterceptorModules: [INTERCEPTORS],
  // Evaluated once, not for every execution: no module of ours keeps anything that belongs to one.
  preloadModules: [WORKFLOWS, INTERCEPTORS],
  logger: SILENT,
});
// On the first line, so that the lines of the source map stay right.
process.stdout.write(SHORT_STACKS + code);
