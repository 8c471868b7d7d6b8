import { isDeepStrictEqual } from 'node:util';
import { created, sections } from '../../http/bi/clickhouse.ts';
import type { Expectation, Expected } from '../expectation.ts';
import { ABSENT } from '../pairs.ts';
import { error } from './answers.ts';
import { named } from './which.ts';

/** The columns that ours have more: the parts of an id that is one raw column in the original's. */
const MORE = /^"event_id__aggregate_id__(aggregate_id|aggregate_name|context_name|tenant_id)"$/;

const objectsOf = (script: string) =>
  created(script).map(({ columns, ...object }) => ({
    ...object,
    columns: columns.filter((column) => !MORE.test(column)),
  }));

/** A script that makes what the recorded one makes, in the same sections. */
const likeRecorded = (ours: unknown, recorded: unknown): boolean =>
  typeof ours === 'string' &&
  typeof recorded === 'string' &&
  isDeepStrictEqual(sections(ours), sections(recorded)) &&
  isDeepStrictEqual(objectsOf(ours), objectsOf(recorded));

const SCRIPT = /^-- global --\nCREATE DATABASE IF NOT EXISTS "bi_db" ON CLUSTER '\{cluster\}';\n/;
const LEGACY_SCRIPT = /^-- global --\nCREATE DATABASE IF NOT EXISTS bi_db ON CLUSTER '\{cluster\}';\n/;

const GIVEN: Readonly<Record<string, Expected>> = {
  status: 200,
  'headers.content-type': 'application/sql',
  'headers.wow-error-code': ABSENT,
};

const DIAGNOSTICS = 3;

const RAW_COLUMN =
  'Property [eventId.aggregateId] with type [me.ahoo.wow.api.modeling.AggregateId] is projected as scoped JSON, beside the columns of its own properties; the authoritative lexical value remains in __state.';

/** Of the scripts for ClickHouse. */
export const BI_SCRIPTS: readonly Expectation[] = [
  {
    row: '`GET /wow/bi/script`',
    about: named('bi-script/get', 'bi-script/get-string'),
    ours: { ...GIVEN, body: LEGACY_SCRIPT },
  },
  {
    row: '`GET /wow/bi/script`',
    about: named('bi-script/get-bogus'),
    ours: error(400, 'IllegalArgument', 'No enum constant me.ahoo.wow.bi.MessageHeaderSqlType.BOGUS'),
  },
  {
    row: 'a BI script without a configured namespace',
    about: named('bi-script/post-object', 'bi-script/post-deploy'),
    ours: { ...GIVEN, 'headers.wow-bi-diagnostic-count': String(DIAGNOSTICS), body: SCRIPT },
  },
  {
    row: 'a BI script without a configured namespace',
    about: named('bi-script/post-json'),
    ours: {
      status: 200,
      'headers.wow-error-code': ABSENT,
      'headers.wow-bi-diagnostic-count': String(DIAGNOSTICS),
      body: {
        script: SCRIPT,
        destructive: false,
        diagnostics: (value) => Array.isArray(value) && value.length === DIAGNOSTICS,
      },
    },
  },
  {
    row: 'what BI scripts say',
    about: named('bi-script-configured/json', 'bi-script-configured/raw-json'),
    ours: { 'body.script': likeRecorded, 'body.diagnostics[2].message': RAW_COLUMN },
  },
  {
    row: 'what BI scripts say',
    about: ({ name, response }) => name.startsWith('bi-script-configured/') && response.status === 200,
    ours: { body: likeRecorded },
  },
];
