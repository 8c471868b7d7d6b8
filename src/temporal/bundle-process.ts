import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
const INTERCEPTORS = fileURLToPath(new URL('../../workflows/untrusted-signals.ts', import.meta.url));

const nothing = (): void => undefined;
/** The bundler reports its statistics as warnings; what matters is thrown. */
const SILENT = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

// Bundles the workflow code and writes it to stdout, for `bundleWorkflows`.
const { code } = await bundleWorkflowCode({
  workflowsPath: WORKFLOWS,
  workflowInterceptorModules: [INTERCEPTORS],
  logger: SILENT,
});
process.stdout.write(code);
