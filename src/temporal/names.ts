import { AGGREGATE_NAME, TENANT_ID } from '../domain/index.ts';

/** The task queue of the workflow and of `handle`. */
export const TASK_QUEUE = 'compensation';

/** The workflow type, which is the name of the exported function. */
export const WORKFLOW_TYPE = 'executionFailed';

/** The workflow id of a record: `execution_failed/<tenant>/<aggregateId>`. */
export const workflowId = (id: string): string => `${AGGREGATE_NAME}/${TENANT_ID}/${id}`;

/** The record of a workflow id; null: the workflow is none of ours. */
export function recordId(id: string): string | null {
  const prefix = workflowId('');
  return id.startsWith(prefix) ? id.slice(prefix.length) : null;
}

/** The page of a record's workflow in the Temporal Web UI. */
export function workflowUrl(uiUrl: string, namespace: string, id: string): string {
  return `${uiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId(id))}`;
}
