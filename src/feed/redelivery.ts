import type { FunctionInfo, Header } from '../domain/index.ts';
import { type StateEvent, sourceVersions, stateEvent } from '../history/index.ts';
import { type MessageKind, type Pools, redeliver, redeliverEvent } from '../store/index.ts';

/** A function that is to handle an event once more, and the id of this wish. */
export interface RedeliveryTarget {
  readonly id: string;
  readonly function: Omit<FunctionInfo, 'functionKind'> & { readonly functionKind: MessageKind };
}

/** Characters of messages that are stored in one transaction, unless one message is longer. */
const MAX_CHUNK = 256 * 1024;

/** A function that does not exist: only who passively reads states takes them (contract 9.6). */
const RESEND = { contextName: 'wow', processorName: 'ResendStateEventHandler', name: 'Resend' } as const;

/**
 * Puts one version of a record into the feed again, for one function (contract 9.5). False: there is no such version.
 * @throws SourcingConflict where the state after it cannot be told, or the version is missing; StoreUnavailable
 */
export async function redeliverVersion(
  pools: Pick<Pools, 'commands' | 'queries'>,
  id: string,
  version: number,
  target: RedeliveryTarget,
): Promise<boolean> {
  const header = compensateHeader(target.id, target.function);
  const { functionKind } = target.function;
  if (version < 1) return false;
  if (functionKind === 'EVENT' && (await redeliverEvent(pools.commands, id, version, header))) return true;
  for await (const sourced of sourceVersions(pools.queries, id, { tail: version })) {
    if (functionKind === 'STATE_EVENT' && sourced.stream.version === version) {
      await redeliver(pools.commands, 'STATE_EVENT', [withHeader(stateEvent(sourced), header)]);
      return true;
    }
  }
  return false;
}

/**
 * Puts the state events of all versions of a record into the feed again (contract 9.6). `wish` is the id of that.
 * @throws SourcingConflict, StoreUnavailable; the reason of `cancelled`, after which no more is sent
 */
export async function resendStateEvents(
  pools: Pick<Pools, 'commands' | 'queries'>,
  id: string,
  wish: string,
  cancelled: AbortSignal,
): Promise<void> {
  const header = compensateHeader(wish, RESEND);
  let chunk: string[] = [];
  let size = 0;
  const send = async (): Promise<void> => {
    cancelled.throwIfAborted();
    await redeliver(pools.commands, 'STATE_EVENT', chunk);
    chunk = [];
    size = 0;
  };
  for await (const sourced of sourceVersions(pools.queries, id)) {
    const message = withHeader(stateEvent(sourced), header);
    chunk.push(message);
    size += message.length;
    if (size >= MAX_CHUNK) await send();
  }
  if (chunk.length > 0) await send();
}

/** What tells the function that is meant from all others (contract 4.5); `id` is that of the wish. */
export function compensateHeader(
  id: string,
  { contextName, processorName, name }: Omit<FunctionInfo, 'functionKind'>,
): Header {
  return {
    'compensate.id': id,
    'compensate.context': contextName,
    'compensate.processor': processorName,
    'compensate.function': name,
  };
}

const withHeader = (message: StateEvent, header: Header): string =>
  JSON.stringify({ ...message, header: { ...message.header, ...header } });
