import { DIRECTIONS, OPERATORS } from '../../../query/index.ts';
import { BOOLEAN, INT32, STRING, arrayOf, described, object, oneOf, ref, schemas } from '../schema.ts';
import type { Schema } from '../types.ts';

/** A condition over the fields that `field` allows; `self` is the name of the component, whose children are like it. */
const condition = (self: string, field: Schema): Schema =>
  object(
    {},
    {
      field,
      operator: { ...ref('wow.api.query.Operator'), default: 'ALL' },
      value: {},
      children: { ...arrayOf(ref(self)), default: [] },
      options: { ...ref('wow.api.query.ConditionOptions'), default: {} },
    },
  );

/** What the three kinds of query have in common, and what each has of its own. */
const query = (conditionName: string, own: Readonly<Record<string, Schema>> = {}): Schema =>
  object(
    { condition: ref(conditionName) },
    {
      projection: ref('wow.api.query.Projection'),
      sort: { ...arrayOf(ref('wow.api.query.Sort')), default: [] },
      ...own,
    },
  );

const LIMIT: Schema = { ...INT32, default: 10 };
const PAGINATION = ref('wow.api.query.Pagination');
const NAMES: Schema = { ...arrayOf(STRING), default: [] };

const ANY = 'wow.api.query.Condition';
const RECORDS = 'compensation.execution_failed.ExecutionFailedAggregatedCondition';

/** The query language (query contract 2); the `Aggregated` ones name the fields of a snapshot, for typed clients. */
export const QUERY_SCHEMAS = schemas({
  [ANY]: condition(ANY, STRING),
  'wow.api.query.ConditionOptions': {
    ...object(
      {},
      {
        ignoreCase: described('Whether to ignore case in string comparisons', BOOLEAN),
        datePattern: described('Date pattern for date formatting', STRING),
        zoneId: described('Time zone ID for date operations', STRING),
      },
    ),
    additionalProperties: true,
  },
  'wow.api.query.ListQuery': query(ANY, { limit: LIMIT }),
  'wow.api.query.Operator': oneOf(OPERATORS),
  'wow.api.query.PagedQuery': query(ANY, { pagination: PAGINATION }),
  'wow.api.query.Pagination': object({}, { index: { ...INT32, default: 1 }, size: { ...INT32, default: 10 } }),
  'wow.api.query.Projection': object({}, { include: NAMES, exclude: NAMES }),
  'wow.api.query.Sort': object({ field: STRING, direction: ref('wow.api.query.Sort.Direction') }),
  'wow.api.query.Sort.Direction': oneOf(DIRECTIONS),
  [RECORDS]: condition(RECORDS, ref('compensation.execution_failed.ExecutionFailedAggregatedFields')),
  'compensation.execution_failed.ExecutionFailedAggregatedListQuery': query(RECORDS, { limit: LIMIT }),
  'compensation.execution_failed.ExecutionFailedAggregatedPagedQuery': query(RECORDS, { pagination: PAGINATION }),
  'compensation.execution_failed.ExecutionFailedAggregatedSingleQuery': query(RECORDS),
});
