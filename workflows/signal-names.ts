/** No command: the workflow looks at its record anew. */
export const SYNC = 'redress_sync';
