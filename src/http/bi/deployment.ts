import { createHash } from 'node:crypto';
import { AGGREGATE } from './names.ts';
import type { DeployedObject } from './make-objects.ts';
import type { BiScriptOptions } from './script-request.ts';
import { identifier, literal } from './sql.ts';
import { onCluster, replacingEngine } from './topology.ts';

/** What a deployment is known by: everything of it carries these marks, so that it can be told from what is not of it. */
export interface DeploymentMarks {
  /** One per pair of databases. */
  readonly deploymentId: string;
  readonly topologyFingerprint: string;
  /** Of all options: another one reads the topics anew, in a consumer group of its own. */
  readonly configurationFingerprint: string;
}

/** Stands where the original wants a namespace of consumer groups to be configured. */
const CONSUMER_GROUP_NAMESPACE = 'redress';

const REGISTRY_COLUMNS = [
  'deployment_id',
  'row_kind',
  'object_database',
  'object_name',
  'kind',
  'aggregate',
  'consumer_identity',
  'definition_fingerprint',
  'revision',
  'status',
  'row_fingerprint',
];

/** The marks of what these options make. */
export function deploymentMarks(options: BiScriptOptions): DeploymentMarks {
  return {
    deploymentId: fingerprint([CONSUMER_GROUP_NAMESPACE, options.database, options.consumerDatabase]),
    topologyFingerprint: fingerprint(options.cluster),
    configurationFingerprint: fingerprint([CONSUMER_GROUP_NAMESPACE, options]),
  };
}

/** The comment that an object carries. */
export function comment(marks: DeploymentMarks, kind: string, more: Readonly<Record<string, unknown>> = {}): string {
  const { deploymentId, configurationFingerprint, topologyFingerprint } = marks;
  const content = {
    protocolVersion: 3,
    layoutVersion: 7,
    phase: 'STABLE',
    deploymentId,
    configurationFingerprint,
    topologyFingerprint,
    ...(kind === 'ANCHOR' ? {} : { aggregate: AGGREGATE }),
    kind,
    consumerIdentity: configurationFingerprint,
    ...more,
  };
  return `COMMENT ${literal(`wow-bi:${JSON.stringify(content)}`)}`;
}

const registryName = ({ consumerDatabase }: BiScriptOptions, { deploymentId }: DeploymentMarks): string =>
  `${identifier(consumerDatabase)}.${identifier(`__wow_bi_registry_${deploymentId}`)}`;

/** Makes the table in which a deployment says what it owns. */
export function createRegistry(options: BiScriptOptions, marks: DeploymentMarks): string {
  const { deploymentId } = marks;
  const engine = replacingEngine(options, 'revision', `control/wow-bi/${deploymentId}`, '{shard}-{replica}');
  return `CREATE TABLE IF NOT EXISTS ${registryName(options, marks)}${onCluster(options)}
(
    "deployment_id" FixedString(32),
    "row_kind" LowCardinality(String),
    "object_database" String,
    "object_name" String,
    "kind" LowCardinality(String),
    "aggregate" Nullable(String),
    "consumer_identity" Nullable(FixedString(32)),
    "definition_fingerprint" FixedString(32),
    "revision" UInt64,
    "status" LowCardinality(String),
    "row_fingerprint" FixedString(32),
    "recorded_at" DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ${engine}
  ORDER BY ("deployment_id", "row_kind", "object_database", "object_name")
  COMMENT ${literal(`wow-bi-registry:${deploymentId}`)};`;
}

/** Registers the objects with a status, from the revision after `revision` on. */
export function register(
  options: BiScriptOptions,
  marks: DeploymentMarks,
  objects: readonly DeployedObject[],
  status: 'PENDING_CREATE' | 'ACTIVE',
  revision: number,
): string {
  const { deploymentId, configurationFingerprint } = marks;
  const rows = objects
    .toSorted((a, b) => compare(a.database, b.database) || compare(a.name, b.name))
    .map(({ database, name, kind, sql }, index) => {
      const owned = [
        deploymentId,
        'OBJECT',
        database,
        name,
        kind,
        AGGREGATE,
        configurationFingerprint,
        fingerprint(sql),
      ];
      return [...owned, revision + index + 1, status];
    });
  const all = fingerprint(rows);
  const head = [deploymentId, 'HEAD', '', '', 'ANCHOR', null, null, all, revision + objects.length, 'ACTIVE', all];
  const values = [head, ...rows.map((row) => [...row, fingerprint(row)])].map(
    (row) => `(${row.map(value).join(', ')})`,
  );
  return `INSERT INTO ${registryName(options, marks)}
(${REGISTRY_COLUMNS.map(identifier).join(', ')})
VALUES
${values.join(',\n')};`;
}

/** Makes the view by which a deployment is found. */
export function createAnchor(options: BiScriptOptions, marks: DeploymentMarks, registryRevision: number): string {
  const name = `${identifier(options.consumerDatabase)}."__wow_bi_deployment"`;
  const select = '(SELECT 1 AS "alive" WHERE 0)';
  const mark = comment(marks, 'ANCHOR', { registryRevision });
  return `CREATE OR REPLACE VIEW ${name}${onCluster(options)} AS ${select} ${mark};`;
}

const value = (content: string | number | null): string =>
  content === null ? 'NULL' : typeof content === 'number' ? String(content) : literal(content);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const fingerprint = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
