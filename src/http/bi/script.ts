import { illegalArgument } from '../request-error.ts';
import {
  type DeploymentMarks,
  comment,
  createAnchor,
  createRegistry,
  deploymentMarks,
  register,
} from './deployment.ts';
import { type BiDiagnostic, diagnosticsOf } from './diagnostics.ts';
import { type Expansion, expand } from './expansion.ts';
import { AGGREGATE } from './names.ts';
import type { DeployedObject } from './make-objects.ts';
import { deployedObjects } from './objects.ts';
import { STATE } from './properties.ts';
import type { BiScriptOptions } from './script-request.ts';
import { identifier, section } from './sql.ts';
import { onCluster } from './topology.ts';
import { STATE_JSON } from './views.ts';

/** The BiScriptResponse of contract 5.5.2. */
export interface BiScript {
  readonly script: string;
  /** Whether running it loses anything. */
  readonly destructive: boolean;
  readonly diagnostics: readonly BiDiagnostic[];
}

/** The sections of the aggregate, in the order in which they stand in the script. */
const AGGREGATE_SECTIONS = [
  'commandStorage',
  'stateStorage',
  'stateLast',
  'expansion',
  'commandPublic',
  'statePublic',
  'commandIngress',
  'stateIngress',
];

/**
 * The script that makes ClickHouse read the topics of this service: as 8.10.10's, but it can be run again, which makes
 * what is missing and brings views up to date. @throws RequestError where the state has what only JSON can hold and that is not wanted
 */
export function deployScript(options: BiScriptOptions): BiScript {
  const keepsRaw = options.unsupportedTypeStrategy === 'RAW_JSON';
  const expansion = expand(STATE, STATE_JSON, {
    quote: identifier,
    extractObject: 'JSONExtractRaw',
    maxDepth: options.maxExpansionDepth,
    keepsRaw,
  });
  if (!keepsRaw) refuseRaw(expansion);
  const marks = deploymentMarks(options);
  const objects = deployedObjects(options, marks.configurationFingerprint, expansion);
  const count = objects.length;
  const on = onCluster(options);
  const databases = [options.database, options.consumerDatabase].map(
    (name) => `CREATE DATABASE IF NOT EXISTS ${identifier(name)}${on};`,
  );
  const script = [
    section('global', ...databases),
    section('ownership-registry', createRegistry(options, marks)),
    section('ownership-registry-intent', register(options, marks, objects, 'PENDING_CREATE', 0)),
    // Nothing is dropped: what a deployment once had and no longer needs is not looked for.
    section('lifecycle'),
    ...AGGREGATE_SECTIONS.map((name) => section(`${AGGREGATE}.${name}`, ...statements(name, objects, marks))),
    section('ownership-registry-confirmation', register(options, marks, objects, 'ACTIVE', count)),
    section('deployment-anchor', createAnchor(options, marks, 2 * count)),
  ].join('\n');
  return { script, destructive: false, diagnostics: diagnosticsOf(options, expansion.raw) };
}

function statements(name: string, objects: readonly DeployedObject[], marks: DeploymentMarks): string[] {
  return objects.filter((object) => object.section === name).map(({ sql, kind }) => `${sql}\n${comment(marks, kind)};`);
}

function refuseRaw({ raw: [first] }: Expansion): void {
  if (first === undefined) return;
  throw illegalArgument(
    `Unsupported property [${first.path}] with type [${first.sourceType}]: it is deeper than maxExpansionDepth. ` +
      'Raise that, or set unsupportedTypeStrategy to RAW_JSON.',
  );
}
