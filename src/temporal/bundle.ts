import { fileURLToPath } from 'node:url';
import { type WorkflowBundleWithSourceMap, bundleWorkflowCode } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
const INTERCEPTORS = fileURLToPath(new URL('../../workflows/untrusted-signals.ts', import.meta.url));

/** Bundles the workflow code for the worker; takes some seconds, so once per process. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS, workflowInterceptorModules: [INTERCEPTORS], logger: SILENT });
}

const nothing = (): void => undefined;
/** The bundler reports its statistics as warnings; what matters is thrown. */
const SILENT = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
