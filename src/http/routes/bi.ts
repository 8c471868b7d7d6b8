import { type HeaderSqlType, deployScript, legacyScript, readScriptRequest } from '../bi/index.ts';
import { decodeJson } from '../json-body.ts';
import { failure } from '../openapi/responses.ts';
import { INT32, STRING, oneOf, ref } from '../openapi/schema.ts';
import { illegalArgument } from '../request-error.ts';
import { headerText } from '../request-header.ts';
import type { Exchange, Route } from '../route.ts';

const HEADER_SQL_TYPES: readonly HeaderSqlType[] = ['MAP', 'STRING'];

const BI_SCRIPT = {
  path: '/wow/bi/script',
  operationId: 'wow.bi_script.generate',
  summary: 'Generate BI Sync Script',
  tag: 'wow',
} as const;

/** Scripts that make ClickHouse follow this service: of 8.10.10 by POST, of 6.0.9 by GET (contract 5.5). */
export const BI_ROUTES: readonly Route[] = [
  {
    ...BI_SCRIPT,
    method: 'post',
    produces: ['application/sql', 'application/json'],
    mismatch: 'unacceptable',
    body: {
      description: 'BI script option overrides.',
      required: true,
      content: { 'application/json': { schema: ref('wow.openapi.BiScriptRequest') } },
    },
    answer: null,
    responses: {
      200: {
        description: 'The generated BI synchronization script.',
        headers: { 'Wow-BI-Diagnostic-Count': { description: 'The number of generation diagnostics.', schema: INT32 } },
        content: {
          'application/sql': { schema: STRING },
          'application/json': { schema: ref('wow.openapi.BiScriptResponse') },
        },
      },
      400: 'wow.BadRequest',
      406: failure('None of the requested response media types is supported.'),
    },
    handle: async ({ request, produced, text }) => {
      const response = deployScript(readScriptRequest(decodeJson(await text(), request.get('Content-Type'))));
      const headers = { 'Wow-BI-Diagnostic-Count': String(response.diagnostics.length) };
      return produced === 'application/json'
        ? { kind: 'json', status: 200, body: response, errorCode: null, headers }
        : { kind: 'text', contentType: produced, text: response.script, headers };
    },
  },
  {
    ...BI_SCRIPT,
    method: 'get',
    operationId: 'wow.bi_script.generate_legacy',
    produces: ['application/sql'],
    mismatch: 'unknown',
    parameters: [{ name: 'Wow-BI-Header-Sql-Type', in: 'header', schema: oneOf(HEADER_SQL_TYPES) }],
    body: null,
    answer: STRING,
    responses: { 400: 'wow.BadRequest' },
    handle: (exchange) => ({
      kind: 'text',
      contentType: 'application/sql',
      text: legacyScript(headerSqlType(exchange)),
    }),
  },
];

function headerSqlType({ request }: Exchange): HeaderSqlType {
  const text = headerText(request, 'Wow-BI-Header-Sql-Type').toUpperCase();
  const type = HEADER_SQL_TYPES.find((name) => name === (text === '' ? 'MAP' : text));
  if (type === undefined) throw illegalArgument(`No enum constant me.ahoo.wow.bi.MessageHeaderSqlType.${text}`);
  return type;
}
