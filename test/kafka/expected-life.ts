import { type Life, type Message, asSent } from './one-life.ts';

/** The commands of a life as they were sent: their times, and the retry spec of the report, are not those of the document. */
export type SentLife = Readonly<Record<'create' | 'failed' | 'success', Message>>;

/**
 * The messages on the topics of events and of states that a life has in the document, with the times of the commands that
 * were sent and, of each version, the ids and the time that the service itself gave the event stream that came.
 */
export function expectedLife(
  life: Life,
  sent: SentLife,
  came: readonly Message[],
): Record<'events' | 'states', Message[]> {
  const [created, prepared, , preparedAgain] = came;
  const { executeAt, retrySpec } = bodyOf(sent.create);
  // 8.10.10 begins with the spec of the command, 6.0.9 with that of the server (messaging 3.3).
  const first = retryState(sent.create, 0, Number(executeAt));
  const second = retryState(sent.create, 1, timeOf(prepared));
  const third = retryState(sent.create, 2, timeOf(preparedAgain));
  const failedAt = { executeAt: bodyOf(sent.failed)['executeAt'] };
  const succeededAt = { executeAt: bodyOf(sent.success)['executeAt'] };
  const events = [
    { of: life.created, but: { executeAt, retrySpec, retryState: first } },
    { of: life.prepared, but: { retryState: second } },
    { of: life.failedApplied, but: failedAt },
    // The document only tells of the second retry.
    { of: life.prepared, but: { retryState: third } },
    { of: life.successApplied, but: succeededAt },
  ].map(({ of, but }, index) => named(dated(of, index + 1, but), came[index] ?? {}));

  const atFirst = { ...stateOf(life.createdState), executeAt, retrySpec, retryState: first };
  const onceFailed = { ...atFirst, error: bodyOf(life.failedApplied)['error'], ...failedAt, retryState: second };
  const after = [
    atFirst,
    { ...atFirst, retryState: second, status: 'PREPARED' },
    onceFailed,
    { ...onceFailed, retryState: third, status: 'PREPARED' },
    { ...stateOf(life.successAppliedState), ...succeededAt, retrySpec, retryState: third },
  ];
  const states = after.map((state, index) => ({
    ...asSent(index + 1 < after.length ? life.createdState : life.successAppliedState),
    ...events[index],
    firstEventTime: timeOf(created),
    state,
  }));
  return { events, states };
}

/** The body of a command, or of the event of a stream. */
export function bodyOf({ body }: Message): Message {
  const [event] = Array.isArray(body) ? (body as Message[]) : [{ body }];
  return event?.['body'] as Message;
}

export const timeOf = (message: Message | undefined): number => Number(message?.['createTime']);

const stateOf = (message: Message): Message => message['state'] as Message;

/** After `retries` retries by the spec of a report, the last of them at `retryAt`. */
function retryState(create: Message, retries: number, retryAt: number) {
  const { minBackoff, executionTimeout } = bodyOf(create)['retrySpec'] as Record<
    'minBackoff' | 'executionTimeout',
    number
  >;
  return {
    retries,
    retryAt,
    timeoutAt: retryAt + executionTimeout * 1000,
    nextRetryAt: retryAt + minBackoff * 2 ** retries * 1000,
  };
}

/** An event stream of the document as we send it, as this version and with other fields in its event. */
function dated(message: Message, version: number, but: object): Message {
  const [event] = message['body'] as [Message];
  return { ...asSent(message), version, body: [{ ...event, body: { ...(event['body'] as object), ...but } }] };
}

/** It with the ids and the time of the one that came; its command's id is ours where a retry is due by time. */
function named(message: Message, { id, createTime, body }: Message): Message {
  const [event] = message['body'] as [Message];
  const [{ id: eventId }] = body as [Message];
  const header = message['header'] as Message;
  const commandId = `redress:retry:${String(message['aggregateId'])}:${Number(message['version']) - 1}`;
  return {
    ...message,
    id,
    createTime,
    body: [{ ...event, id: eventId }],
    ...(header['upstream_name'] === 'prepare_compensation' && {
      header: { ...header, trace_id: commandId, upstream_id: commandId },
      commandId,
      requestId: commandId,
    }),
  };
}
