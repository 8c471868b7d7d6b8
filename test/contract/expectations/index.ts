import type { Expectation } from '../expectation.ts';
import { ACTUATOR } from './actuator.ts';
import { UNREADABLE, UNREADABLE_BODY, error } from './answers.ts';
import { BI_SCRIPTS } from './bi-script.ts';
import { COMMANDS, FACADE } from './commands.ts';
import { QUERIES, READS, REPAIR } from './reads.ts';
import { both, failed, hasOtherContent } from './which.ts';

const NOT_JSON = /^Content type '.+' is not supported: send application\/json\.$/;

/** What is true of every operation. */
const EVERYWHERE: readonly Expectation[] = [
  {
    row: "texts that quote the original's internals",
    about: ({ response }) => response.status === 415,
    ours: { 'body.errorMsg': NOT_JSON },
  },
  {
    row: 'a wrong content type',
    about: both(failed, hasOtherContent),
    ours: error(415, 'UnsupportedMediaType', NOT_JSON),
  },
  {
    row: "a caller's mistake in a body or header",
    about: failed,
    ours: { ...UNREADABLE, 'body.bindingErrors': UNREADABLE_BODY },
  },
];

/** The differences that are kept on purpose, in the order in which they are tried. */
export const EXPECTATIONS: readonly Expectation[] = [
  ...COMMANDS,
  ...READS,
  ...QUERIES,
  ...REPAIR,
  ...FACADE,
  ...ACTUATOR,
  ...BI_SCRIPTS,
  ...EVERYWHERE,
];
