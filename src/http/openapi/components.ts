import { PARAMETERS } from './parameters.ts';
import { REQUEST_BODIES } from './request-bodies.ts';
import { HEADERS, RESPONSES } from './responses.ts';
import { SCHEMAS } from './schemas/index.ts';
import type { Components } from './types.ts';

export type SchemaName = keyof typeof SCHEMAS;
export type ParameterName = keyof typeof PARAMETERS;
export type RequestBodyName = keyof typeof REQUEST_BODIES;
export type ResponseName = keyof typeof RESPONSES;

/** Everything in a document that has a name; a document holds what its operations lead to. */
export const COMPONENTS: Components = {
  schemas: SCHEMAS,
  responses: RESPONSES,
  parameters: PARAMETERS,
  requestBodies: REQUEST_BODIES,
  headers: HEADERS,
};
