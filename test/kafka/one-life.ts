import { readFileSync } from 'node:fs';

/** A message as it stands in a record, whichever it is. */
export type Message = Readonly<Record<string, unknown>>;

/** One life of a failed execution, message by message. */
export type Life = Readonly<
  Record<
    | 'orderCreated'
    | 'create'
    | 'created'
    | 'createdState'
    | 'prepare'
    | 'prepared'
    | 'orderCreatedAgain'
    | 'failed'
    | 'failedApplied'
    | 'success'
    | 'successApplied'
    | 'successAppliedState',
    Message
  >
>;

/** It as Wow sends it (messaging 3, in the form of 6.0.9). */
export const ONE_LIFE = JSON.parse(readFileSync(new URL('./golden/one-life.json', import.meta.url), 'utf8')) as Life;

/** An event or state message as we send it: as 8.10.10 does, and without the mark of a bus that we do not have. */
export function asSent(message: Message): Message {
  const { local_first: _mark, ...header } = message['header'] as Record<string, string>;
  return { ...message, header, spaceId: '', ...('state' in message && { tags: {} }) };
}
