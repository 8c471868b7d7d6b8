import { ACTUATOR_SCHEMAS } from './actuator.ts';
import { BI_SCHEMAS } from './bi.ts';
import { COMMAND_SCHEMAS } from './commands.ts';
import { EVENT_SCHEMAS } from './events.ts';
import { FIELD_SCHEMAS } from './fields.ts';
import { LIST_SCHEMAS } from './lists.ts';
import { QUERY_SCHEMAS } from './query.ts';
import { STATE_SCHEMAS } from './state.ts';
import { TARGET_SCHEMAS } from './targets.ts';
import { VALUE_SCHEMAS } from './values.ts';
import { WOW_SCHEMAS } from './wow.ts';

/** Every schema that has a name; the names are the original's, since clients make types of them. */
export const SCHEMAS = {
  ...VALUE_SCHEMAS,
  ...COMMAND_SCHEMAS,
  ...EVENT_SCHEMAS,
  ...STATE_SCHEMAS,
  ...LIST_SCHEMAS,
  ...FIELD_SCHEMAS,
  ...QUERY_SCHEMAS,
  ...WOW_SCHEMAS,
  ...BI_SCHEMAS,
  ...ACTUATOR_SCHEMAS,
  ...TARGET_SCHEMAS,
};
