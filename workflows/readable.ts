import { type Payload, defaultPayloadConverter } from '@temporalio/common';

/** Bodies of the contract have five levels; one of many thousands could not be passed on. */
const MAX_DEPTH = 100;

/** Whether the workflow can take what somebody else has put into a message of Temporal. */
export function isReadable(payload: Payload): boolean {
  try {
    return !isDeeper(defaultPayloadConverter.fromPayload(payload), MAX_DEPTH);
  } catch {
    return false;
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
