import { INT32, INT64, STRING, arrayOf, described, nullable, object, oneOf, ref, schemas } from '../schema.ts';

/** How the targets of retries stand. */
export const TARGET_SCHEMAS = schemas({
  'redress.TargetReport': object({
    file: described('The targets file; null: there is none.', nullable(STRING)),
    loadedAt: described('When what is in force was read, epoch milliseconds.', INT64),
    problem: described('Why the file, as it is now, is not in force; null: it is.', nullable(STRING)),
    lately: described(
      'What the counts are of: this process alone, in memory, the last so many minutes, not before `since`.',
      object({ minutes: INT32, since: INT64 }),
    ),
    targets: described('In the order in which they are tried.', arrayOf(ref('redress.Target'))),
  }),
  'redress.Target': object({
    name: STRING,
    kind: oneOf(['event', 'http', 'temporal']),
    match: described(
      'The names of the functions it is for; `*` stands for any text.',
      object({ context: STRING, processor: STRING, function: STRING }),
    ),
    settings: described('What else is set for its kind, without secrets and values of headers.', { type: 'object' }),
    lately: described('Null where nothing is pushed.', nullable(ref('redress.TargetCounts'))),
  }),
  'redress.TargetCounts': object({
    delivered: described('Attempts that were handed over.', INT64),
    succeeded: INT64,
    failed: INT64,
    failures: described(
      'The newest first, ten at most.',
      arrayOf(object({ executionId: STRING, attempt: INT32, errorCode: STRING, at: INT64 })),
    ),
  }),
});
