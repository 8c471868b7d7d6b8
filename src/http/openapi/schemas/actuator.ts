import { BOOLEAN, STRING, mapOf, object, ref, schemas } from '../schema.ts';

/** The links between the actuator's endpoints (contract 10.1). */
export const ACTUATOR_SCHEMAS = schemas({
  'compensation.StringLinkMap': mapOf(ref('compensation.Link')),
  'compensation.Link': object({}, { href: STRING, templated: BOOLEAN }),
});
