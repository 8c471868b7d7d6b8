import type { BiScriptOptions } from './script-request.ts';
import { identifier, literal } from './sql.ts';

const TABLE_PATH = 'tables/{shard}/{database}/{table}';

/** `ON CLUSTER` with a space before it; blank on a single server. */
export const onCluster = ({ cluster }: BiScriptOptions): string =>
  cluster === null ? '' : ` ON CLUSTER ${literal(cluster.name)}`;

/** A table engine that keeps the newest version of a row, replicated in a cluster under a path of its own. */
export function replacingEngine(
  { cluster }: BiScriptOptions,
  version: string | null,
  path = TABLE_PATH,
  replica = '{replica}',
): string {
  const column = version === null ? [] : [identifier(version)];
  if (cluster === null) return `ReplacingMergeTree${column.length === 0 ? '' : `(${column.join()})`}`;
  const zookeeper = literal(`/clickhouse/${cluster.installation}/${cluster.name}/${path}`);
  return `ReplicatedReplacingMergeTree(${[zookeeper, literal(replica), ...column].join(', ')})`;
}
