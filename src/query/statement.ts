import { type Branch, EVENT_BRANCHES, KEY_COLUMNS, SNAPSHOT_BRANCHES } from './columns.ts';
import { compile } from './compile.ts';
import { allOf } from './compiled.ts';
import type { Sql, Subject } from './context.ts';
import { type Parameters, createParameters } from './parameters.ts';
import type { Predicate } from './predicate.ts';
import { type SortKey, orderBy } from './sorting.ts';
import type { Window } from './window.ts';

/** A branch with the condition that it comes to there. */
interface Searched extends Branch {
  readonly condition: string;
}

/** The statement that yields the documents in order, in its column `document`. */
export function rowsStatement(predicate: Predicate, keys: readonly SortKey[], window: Window, subject: Subject): Sql {
  const parameters = createParameters();
  const { bind, statement } = parameters;
  const searched = branches(predicate, subject, parameters);
  const select = ({ condition }: Searched): string =>
    `select document, aggregate_id, version from redress.${subject} where ${condition}`;
  const limit = window.limit === undefined ? '' : ` limit ${bind('bigint', window.limit)}`;
  const offset = window.offset === 0 ? '' : ` offset ${bind('bigint', window.offset)}`;
  const [only] = searched;
  if (only !== undefined && searched.length === 1) {
    const order = orderBy(keys, only.columns, parameters);
    return statement(`${select(only)} order by ${order}${limit}${offset}`);
  }
  // Each branch gives no more than the whole may need, in the order of its own columns, which indexes have.
  const part = (each: Searched): string => {
    const most = window.limit === undefined ? '' : ` limit ${bind('bigint', window.limit + window.offset)}`;
    return `(${select(each)} order by ${orderBy(keys, each.columns, parameters)}${most})`;
  };
  const order = orderBy(keys, KEY_COLUMNS, parameters);
  const union = searched.map(part).join(' union all ');
  return statement(`select document from (${union}) as found order by ${order}${limit}${offset}`);
}

/** The statement that counts the documents, in its column `total`. */
export function countStatement(predicate: Predicate, subject: Subject): Sql {
  const parameters = createParameters();
  const counts = branches(predicate, subject, parameters).map(
    ({ condition }) => `(select count(*) from redress.${subject} where ${condition})`,
  );
  return parameters.statement(`select ${counts.join(' + ')} as total`);
}

function branches(predicate: Predicate, subject: Subject, parameters: Parameters): readonly Searched[] {
  const all = subject === 'snapshot' ? SNAPSHOT_BRANCHES : EVENT_BRANCHES;
  const searched = all.flatMap((branch) => {
    const condition = compile(predicate, branch.columns, parameters);
    return condition === false ? [] : [{ ...branch, condition: String(allOf([branch.rows, condition])) }];
  });
  const [first] = all;
  return searched.length > 0 || first === undefined ? searched : [{ ...first, condition: 'false' }];
}
