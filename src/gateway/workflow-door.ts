import { type Door, createDoor } from './door.ts';

/** Starts of workflows at a time: with more of them each takes longer, until Temporal itself seems to be lost. */
const MAX_STARTING = 8;
/** Creates that may wait for their turn: about as many as Temporal takes while their callers wait. */
const MAX_QUEUED = 2_048;

/** The way of creates to Temporal while Postgres is away, when all of them come at once. */
export const createWorkflowDoor = (): Door => createDoor(MAX_STARTING, MAX_QUEUED);
