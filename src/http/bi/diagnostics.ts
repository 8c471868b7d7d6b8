import { AGGREGATE_NAME, CONTEXT_NAME } from '../../domain/index.ts';
import type { RawProperty } from './expansion.ts';
import type { BiScriptOptions } from './script-request.ts';

/** What whoever runs a script should know. */
export interface BiDiagnostic {
  readonly code: string;
  readonly aggregate: string;
  readonly path: string;
  readonly sourceType: string;
  readonly decision: string;
  readonly message: string;
}

const CLUSTER: BiDiagnostic = {
  code: 'CLUSTER_INTERNAL_REPLICATION_REQUIRED',
  aggregate: '*',
  path: 'topology.cluster',
  sourceType: 'ClickHouseTopology.Cluster',
  decision: 'EXTERNAL_CONFIGURATION_REQUIRED',
  message: 'Configure internal_replication=true for every shard before applying clustered BI DDL.',
};

const INSPECTION: BiDiagnostic = {
  code: 'INSPECTION_UNAVAILABLE',
  aggregate: '*',
  path: 'lifecycle.inspection',
  sourceType: 'BiDeploymentInspector',
  decision: 'RECONCILIATION_SKIPPED',
  message:
    'BI deployment inspection is unavailable; generated current desired state without stale-object reconciliation.',
};

/** What is to be known of a script for these options. */
export function diagnosticsOf({ cluster }: BiScriptOptions, raw: readonly RawProperty[]): readonly BiDiagnostic[] {
  return [...(cluster === null ? [] : [CLUSTER]), INSPECTION, ...raw.map(rawJson)];
}

function rawJson({ path, sourceType, isTooDeep }: RawProperty): BiDiagnostic {
  const reason = isTooDeep ? 'since it is deeper than maxExpansionDepth' : 'beside the columns of its own properties';
  return {
    code: 'RAW_JSON_FALLBACK',
    aggregate: `${CONTEXT_NAME}.${AGGREGATE_NAME}`,
    path,
    sourceType,
    decision: 'RAW_JSON',
    message: `Property [${path}] with type [${sourceType}] is projected as scoped JSON, ${reason}; the authoritative lexical value remains in __state.`,
  };
}
