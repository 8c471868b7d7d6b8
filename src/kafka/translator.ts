import type { Logger } from 'pino';
import type { EventStream, FunctionInfo } from '../domain/index.ts';
import { SourcingConflict, type StateEvent } from '../history/index.ts';
import type { Cursor, FeedEntry, Pool } from '../store/index.ts';
import type { Kind } from './fitting.ts';
import { republishOwn } from './owned-streams.ts';
import { createStateEvents } from './state-events.ts';

/** A message that is to be published. */
export interface Outgoing {
  readonly kind: Kind;
  /** The record that it is about. */
  readonly key: string;
  /** The message, or why it cannot be made. */
  readonly message: EventStream | StateEvent | SourcingConflict;
  /** The place in the feed of what it was made of. */
  readonly cursor: Cursor;
}

export interface TranslatorDeps {
  readonly pool: Pool;
  /** Whether who reads the topics is told of prepared retries of a function. */
  readonly publishesPrepared: (f: FunctionInfo) => boolean;
  readonly log: Logger;
}

/** Says what entries of the feed are published as, in their order. */
export interface Translator {
  /** @throws StoreUnavailable */
  translate(entries: readonly FeedEntry[]): Promise<Outgoing[]>;
}

/** An entry of the feed with its message read. */
interface Read {
  readonly cursor: Cursor;
  readonly kind: Kind;
  readonly message: EventStream | StateEvent;
  /** Characters. */
  readonly size: number;
}

/**
 * An event stream becomes itself and the state after it. What is sent again on request goes as it is, and so does the
 * version of our own that a prepared retry asks its owner for.
 */
export function createTranslator({ pool, publishesPrepared, log }: TranslatorDeps): Translator {
  const stateEvents = createStateEvents(pool);

  const ownVersion = async (stream: EventStream, cursor: Cursor): Promise<Outgoing[]> => {
    const [event] = stream.body;
    if (event.name !== 'compensation_prepared') return [];
    try {
      const again = await republishOwn(pool, stream.aggregateId, event.body);
      return again === null ? [] : [{ ...again, key: again.message.aggregateId, cursor }];
    } catch (error) {
      if (!(error instanceof SourcingConflict)) throw error;
      log.error({ id: stream.aggregateId, reason: error.message }, 'a version of ours cannot be published again');
      return [];
    }
  };

  return {
    async translate(entries) {
      const read = entries.map(readEntry);
      const first = read.filter((entry): entry is Read & { readonly message: EventStream } => isFirst(entry));
      const states = await stateEvents.of(first.map(({ message: stream, size }) => ({ stream, size })));
      const stateOf = new Map(first.map((entry, index) => [entry as Read, states[index]]));
      const outgoing: Outgoing[] = [];
      for (const entry of read) {
        const { kind, message, cursor } = entry;
        const key = message.aggregateId;
        const state = stateOf.get(entry);
        if (state === undefined) {
          outgoing.push({ kind, key, message, cursor });
          continue;
        }
        const [event] = message.body;
        if (event.name === 'compensation_prepared' && !publishesPrepared(event.body.function)) continue;
        outgoing.push({ kind, key, message, cursor }, { kind: 'state', key, message: state, cursor });
        outgoing.push(...(await ownVersion(message as EventStream, cursor)));
      }
      return outgoing;
    },
  };
}

function readEntry({ cursor, kind, message }: FeedEntry): Read {
  return {
    cursor,
    kind: kind === 'EVENT' ? 'event' : 'state',
    message: JSON.parse(message) as EventStream | StateEvent,
    size: message.length,
  };
}

/** An event stream as it was stored, and not one that is sent again for one function. */
const isFirst = ({ kind, message }: Read): boolean => kind === 'event' && message.header['compensate.id'] === undefined;
