import { type EventStream, RESERVED_PREFIX } from '../../src/domain/index.ts';
import type { Send, Wish } from './fault-ledger.ts';
import type { Stored } from './fault-records.ts';

/** What happened, in the order in which it is looked up. */
interface Effects {
  readonly byCommand: ReadonlyMap<string, EventStream>;
  readonly byRequest: ReadonlyMap<string, readonly EventStream[]>;
  readonly refusals: Stored['refusals'];
}

/** Errors after which a client may repeat: nobody knows what became of the command. */
const REPEATABLE: readonly number[] = [408, 429, 503];

/** Refusals that these clients have to reckon with; NotFound is none, since they write only to records they were told of. */
const EXPECTED_REFUSALS: readonly string[] = [
  'IllegalState',
  'IllegalArgument',
  'CommandExpectVersionConflict',
  'IllegalAccessDeletedAggregate',
];

const effectsOf = ({ records, refusals }: Stored): Effects => {
  const streams = records.flatMap((record) => record.streams);
  return {
    byCommand: new Map(streams.map((stream) => [stream.commandId, stream])),
    byRequest: Map.groupBy(streams, ({ requestId }) => requestId),
    refusals,
  };
};

/** Every answer that is not borne out by what is stored. */
export function brokenAnswers(wishes: readonly Wish[], stored: Stored): string[] {
  const effects = effectsOf(stored);
  return wishes.flatMap((wish) =>
    wish.sends.flatMap((send, index) =>
      answerProblems(wish, send, effects).map(
        (problem) =>
          `${wish.name} ${wish.requestId} to ${wish.aggregateId ?? 'a new record'}, sending ${index + 1}: ${problem}`,
      ),
    ),
  );
}

function answerProblems(wish: Wish, send: Send, effects: Effects): string[] {
  const { answer, stage: wanted } = send;
  switch (answer?.kind) {
    case undefined:
      return ['it was never answered'];
    case 'hung':
      return ['the service did not answer although the wait was over long ago'];
    case 'lost':
      return [];
    case 'error':
      return REPEATABLE.includes(answer.status) ? [] : [`status ${answer.status}: ${answer.text}`];
    case 'result': {
      const { result } = answer;
      const { commandId, aggregateId, aggregateVersion, requestId, stage, errorCode } = result;
      const stream = effects.byCommand.get(commandId);
      const refusal = effects.refusals.get(commandId);
      if (requestId !== wish.requestId) return [`it was answered about ${requestId}`];
      if (stream !== undefined && refusal !== undefined) return [`${commandId} was accepted and refused`];
      if (!result.succeeded) return refusalProblems(wish, send, errorCode, stage, stream, effects);
      if (stage !== wanted) return [`it was answered at ${stage} instead of ${wanted}`];
      if (stage === 'SENT') {
        return stream === undefined && refusal === undefined ? [`${commandId} was SENT and never decided`] : [];
      }
      if (stream === undefined) return [`${commandId} was answered ${stage} and there is no event`];
      return [
        ...(stream.aggregateId === aggregateId ? [] : [`its event is one of ${stream.aggregateId}`]),
        ...(stream.version === aggregateVersion ? [] : [`its event is version ${stream.version}`]),
        ...(stage === 'SNAPSHOT' && stream.id !== result.id ? [`its event stream is ${stream.id}`] : []),
      ];
    }
  }
}

function refusalProblems(
  { requestId, aggregateId, name, sends }: Wish,
  send: Send,
  code: string,
  stage: string,
  stream: EventStream | undefined,
  { byRequest }: Effects,
): string[] {
  if (stream !== undefined) return [`it was refused with ${code} and yet is version ${stream.version}`];
  const isRepeated = code === 'DuplicateRequestId' || (code === 'DuplicateAggregateId' && aggregateId !== null);
  if (!isRepeated) return EXPECTED_REFUSALS.includes(code) && stage === 'PROCESSED' ? [] : [`refused with ${code}`];
  const isOnlyOne = sends.every((other) => other === send || other.at > (send.answeredAt ?? 0));
  return [
    ...(isOnlyOne ? [`refused with ${code} when it was sent for the first time`] : []),
    ...(byRequest.has(requestId) ? [] : [`refused with ${code}, but no ${name} of this request took effect`]),
  ];
}

/** Everything that took effect more than once, or that nobody wished. */
export function unwantedEffects(wishes: readonly Wish[], { records }: Stored): string[] {
  const streams = records.flatMap((record) => record.streams);
  const wished = new Map(wishes.map((wish) => [wish.requestId, wish]));
  const foreign = streams.filter(({ requestId }) => !wished.has(requestId) && !requestId.startsWith(RESERVED_PREFIX));
  return [
    ...repeated(
      'request',
      streams.map(({ requestId }) => requestId),
    ),
    ...repeated(
      'command',
      streams.map(({ commandId }) => commandId),
    ),
    ...repeated(
      'event stream',
      streams.map(({ id }) => id),
    ),
    ...foreign.map(
      ({ aggregateId, version, requestId }) => `${aggregateId} version ${version}: nobody sent ${requestId}`,
    ),
  ];
}

function repeated(what: string, ids: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = ids.filter((id) => seen.size === seen.add(id).size);
  return twice.map((id) => `${what} ${id} took effect more than once`);
}

/** Every wish of which its client never learned what became of it. */
export function undecidedWishes(wishes: readonly Wish[]): string[] {
  return wishes
    .filter(({ sends }) => sends.every(({ answer }) => answer?.kind !== 'result'))
    .map(({ name, requestId, sends }) => `${name} ${requestId}: ${JSON.stringify(sends.at(-1))}`);
}
