import { type CommandFunctions, createCommands, createStages, recordPath } from './commands.ts';
import type { CommandResult } from './command-result.ts';
import { type FeedMessage, type FeedOptions, readFeed } from './feed.ts';
import { type EventQueries, type RecordQueries, createEventQueries, createRecordQueries } from './queries.ts';
import type { EventName } from './records.ts';
import { type ConnectionOptions, createTransport } from './transport.ts';
import type { FunctionInfo } from './values.ts';

/** One Redress, as its clients see it. Everything rejects with a RedressError. */
export interface Redress extends CommandFunctions<Promise<CommandResult>> {
  readonly url: string;
  /** The same commands, telling of every stage as it is reached. */
  readonly stages: CommandFunctions<AsyncGenerator<CommandResult, void>>;
  readonly records: RecordQueries;
  readonly events: EventQueries;
  /** Everything that happens, as it happens. */
  feed<Name extends EventName | 'state_event' = EventName>(
    options?: FeedOptions<Name>,
  ): AsyncGenerator<FeedMessage<Name>, void>;
  /** Sends an event of a record once more, to one reader of the feed. Resolves with how many events that were. */
  compensate(
    id: string,
    version: number,
    target: { readonly id?: string; readonly function: FunctionInfo },
  ): Promise<number>;
  /** A new id, unique in the whole world. */
  generateId(): Promise<string>;
}

/** The Redress at `url`. Nothing is sent yet. */
export function connectRedress(url: string, options: ConnectionOptions = {}): Redress {
  const transport = createTransport(url, options);
  return {
    url: transport.url,
    ...createCommands(transport),
    stages: createStages(transport),
    records: createRecordQueries(transport),
    events: createEventQueries(transport),
    feed: (feedOptions) => readFeed(transport, feedOptions),
    compensate: (id, version, target) =>
      transport.json({ method: 'PUT', path: `${recordPath(id)}/${version}/compensate`, body: target }),
    generateId: () => transport.text({ method: 'GET', path: '/wow/id/global' }),
  };
}
