export { bundleWorkflows } from './bundle.ts';
export { TemporalUnavailable } from './errors.ts';
export { type Executions, createExecutions } from './executions.ts';
export { type Link, type LinkState, openLink } from './link.ts';
export { workflowUrl } from './names.ts';
export { installRuntime } from './runtime.ts';
