import { AGGREGATE_NAME, TENANT_ID } from './values.ts';

/** Bytes of a workflow id: the smallest limit that Temporal's servers come with. */
const MAX_WORKFLOW_ID = 255;

/** Bytes of UTF-8 of an aggregate id: the id of its workflow holds it. */
export const MAX_AGGREGATE_ID = MAX_WORKFLOW_ID - `${AGGREGATE_NAME}/${TENANT_ID}/`.length;

/** Bytes of UTF-8 of a command id or a request id; with the aggregate id it must fit an entry of an index. */
export const MAX_REQUEST_ID = 1_024;
