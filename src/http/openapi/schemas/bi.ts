import { BOOLEAN, INT32, STRING, arrayOf, nullable, object, oneOf, ref, schemas } from '../schema.ts';

/** The BI script: what can be asked for, and the script with what there is to say about it (contract 5.5). */
export const BI_SCHEMAS = schemas({
  'wow.openapi.BiScriptRequest': object(
    {},
    {
      operation: ref('wow.openapi.BiScriptOperationMode'),
      database: nullable(STRING),
      consumerDatabase: nullable(STRING),
      topology: nullable(ref('wow.openapi.BiScriptTopologyRequest')),
      timezone: nullable(STRING),
      kafkaBootstrapServers: nullable(STRING),
      topicPrefix: nullable(STRING),
      maxExpansionDepth: nullable(INT32),
      unsupportedTypeStrategy: nullable(ref('wow.openapi.BiScriptUnsupportedTypeStrategy')),
      replayFromEarliestConfirmed: nullable(BOOLEAN),
    },
  ),
  'wow.openapi.BiScriptOperationMode': oneOf(['DEPLOY', 'RESET']),
  'wow.openapi.BiScriptTopologyRequest': object(
    { mode: ref('wow.openapi.BiScriptTopologyMode') },
    { cluster: nullable(ref('wow.openapi.BiScriptClusterRequest')) },
  ),
  'wow.openapi.BiScriptTopologyMode': oneOf(['CLUSTER', 'STANDALONE']),
  'wow.openapi.BiScriptClusterRequest': object({}, { name: nullable(STRING), installation: nullable(STRING) }),
  'wow.openapi.BiScriptUnsupportedTypeStrategy': oneOf(['FAIL', 'RAW_JSON']),
  'wow.openapi.BiScriptResponse': object({
    script: STRING,
    destructive: BOOLEAN,
    diagnostics: arrayOf(ref('wow.openapi.BiScriptDiagnosticResponse')),
  }),
  'wow.openapi.BiScriptDiagnosticResponse': object({
    code: STRING,
    aggregate: STRING,
    path: STRING,
    sourceType: STRING,
    decision: STRING,
    message: STRING,
  }),
});
