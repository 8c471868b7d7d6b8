/** All operators in the order of the published enum: a number in a body is the place in it (corrections 1.8). */
export const OPERATORS = [
  'AND',
  'OR',
  'NOR',
  'ID',
  'IDS',
  'AGGREGATE_ID',
  'AGGREGATE_IDS',
  'TENANT_ID',
  'OWNER_ID',
  'SPACE_ID',
  'DELETED',
  'ALL',
  'EQ',
  'NE',
  'GT',
  'LT',
  'GTE',
  'LTE',
  'CONTAINS',
  'IN',
  'NOT_IN',
  'BETWEEN',
  'ALL_IN',
  'STARTS_WITH',
  'ENDS_WITH',
  'ELEM_MATCH',
  'NULL',
  'NOT_NULL',
  'TRUE',
  'FALSE',
  'EXISTS',
  'TODAY',
  'BEFORE_TODAY',
  'TOMORROW',
  'THIS_WEEK',
  'NEXT_WEEK',
  'LAST_WEEK',
  'THIS_MONTH',
  'LAST_MONTH',
  'RECENT_DAYS',
  'EARLIER_DAYS',
  'MATCH',
  'RAW',
] as const;

/** An operator of query contract 4. */
export type Operator = (typeof OPERATORS)[number];

/** The directions of a sort, in the order of the published enum. */
export const DIRECTIONS = ['ASC', 'DESC'] as const;

/** A direction of a sort. */
export type Direction = (typeof DIRECTIONS)[number];
