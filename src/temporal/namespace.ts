import { isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import proto, { type temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.ts';
import { TemporalUnavailable } from './errors.ts';
import { within } from './rpc.ts';

const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const UNAVAILABLE = 14;
/** Milliseconds that a request may take. */
const RPC_TIMEOUT = 3_000;
/** How long Temporal keeps a finished execution; Postgres keeps the record. */
const RETENTION = '3 days';

/** The id of the namespace, which changes when Temporal loses its database. A missing namespace is registered. */
export async function ensureNamespace(connection: NativeConnection, namespace: string, log: Logger): Promise<string> {
  const service = connection.workflowService;
  const describe = () => within(connection, RPC_TIMEOUT, () => service.describeNamespace({ namespace }));
  try {
    return idOf(await describe());
  } catch (error) {
    if (!hasCode(error, NOT_FOUND)) throw error;
  }
  try {
    await within(connection, RPC_TIMEOUT, () =>
      service.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION) }),
    );
    log.info({ namespace }, 'registered the Temporal namespace');
  } catch (error) {
    if (!hasCode(error, ALREADY_EXISTS)) throw error;
  }
  return idOf(await describe());
}

/** Registers the search attributes that are missing. False: the cluster does not let us, so executions go without. */
export async function ensureSearchAttributes(
  connection: NativeConnection,
  namespace: string,
  log: Logger,
): Promise<boolean> {
  const service = connection.operatorService;
  const names = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
  let missing = names;
  try {
    const { customAttributes } = await within(connection, RPC_TIMEOUT, () =>
      service.listSearchAttributes({ namespace }),
    );
    missing = names.filter((name) => !(name in customAttributes));
    if (missing.length === 0) return true;
    const keyword = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
    await within(connection, RPC_TIMEOUT, () =>
      service.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
      }),
    );
    log.info({ namespace, attributes: missing }, 'registered the search attributes');
    return true;
  } catch (error) {
    if (hasCode(error, ALREADY_EXISTS)) return true;
    // A namespace that was registered a moment ago is not known to every part of the server yet.
    if (error instanceof TemporalUnavailable) throw error;
    if ([NOT_FOUND, UNAVAILABLE, DEADLINE_EXCEEDED].some((code) => hasCode(error, code))) throw error;
    log.warn(
      { namespace, missing, reason: error instanceof Error ? error.message : String(error) },
      'cannot register the search attributes: executions are not searchable by status until somebody adds them as Keyword',
    );
    return false;
  }
}

function idOf({ namespaceInfo }: temporal.api.workflowservice.v1.IDescribeNamespaceResponse): string {
  const id = namespaceInfo?.id ?? '';
  if (id === '') throw new Error('Temporal did not name the id of the namespace');
  return id;
}

const hasCode = (error: unknown, code: number): boolean => isGrpcServiceError(error) && (error.code as number) === code;
