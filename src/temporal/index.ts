export { bundleWorkflows } from './bundle.ts';
export { TemporalConfigError } from './config.ts';
export { TemporalUnavailable } from './errors.ts';
export { type Executions, createExecutions } from './executions.ts';
export { type Link, openLink } from './link.ts';
export { workflowUrl } from './names.ts';
export { installRuntime } from './runtime.ts';
