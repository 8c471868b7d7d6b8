/** How a value is compared that is another one on every run. */
export type Kind =
  /** An id that the server made: ours stands for the recorded one from its first appearance on, and for no other. */
  | 'generated id'
  /** An instant of the run, in epoch milliseconds. */
  | 'instant'
  /** An instant of the run that is as many milliseconds after the `retryAt` beside it as in the recording. */
  | 'after retryAt'
  /** A URL of the same path. */
  | 'url'
  /** A positive whole number. */
  | 'number'
  /** Any text. */
  | 'text';

/** Values that are compared as a kind, and why. */
export interface Pattern {
  /**
   * Where: a JSON path. `[*]` is any index. `DOCUMENT` is a document wherever an answer may hold one: alone,
   * in a list, on a page, in a frame.
   */
  readonly path: string;
  readonly kind: Kind;
  readonly because: string;
  /** Only texts that look like this, recorded or ours. */
  readonly like?: RegExp;
  /** Only in this exchange. */
  readonly exchange?: string;
}

const IDS = 'made anew for each command, event and signal';
const INSTANTS = 'when it happened';
const RETRY_INSTANTS = 'counted from the moment of the prepare';
const MACHINE = 'the machine of the recording';

/**
 * All of them. What was sent in a request is never made by the server and is always compared as it is, so are the
 * instants that follow from it.
 */
const PATTERNS: readonly Pattern[] = [
  { path: 'DOCUMENT.id', kind: 'generated id', because: IDS },
  { path: 'body[*].id', kind: 'generated id', because: 'the id of a frame is that of its signal' },
  { path: 'DOCUMENT.waitCommandId', kind: 'generated id', because: IDS },
  { path: 'DOCUMENT.commandId', kind: 'generated id', because: IDS },
  { path: 'DOCUMENT.requestId', kind: 'generated id', because: 'the command id where the caller names none' },
  { path: 'DOCUMENT.aggregateId', kind: 'generated id', because: 'made for a create without an id of its own' },
  { path: 'DOCUMENT.eventId', kind: 'generated id', because: IDS },
  { path: 'DOCUMENT.body[*].id', kind: 'generated id', because: IDS },
  { path: 'DOCUMENT.header.command_wait_id', kind: 'generated id', because: IDS },
  { path: 'DOCUMENT.header.trace_id', kind: 'generated id', because: IDS },
  { path: 'DOCUMENT.header.upstream_id', kind: 'generated id', because: IDS },
  { path: 'DOCUMENT.state.id', kind: 'generated id', because: 'made for a create without an id of its own' },
  { path: 'body', kind: 'generated id', because: 'the answer of GET /wow/id/global', like: /^[0-9A-Za-z]{15}$/ },

  {
    path: 'body',
    kind: 'number',
    because: 'counts everything in the store of the recording',
    exchange: 'event-queries/empty-object-count',
  },

  { path: 'DOCUMENT.signalTime', kind: 'instant', because: INSTANTS },
  { path: 'DOCUMENT.createTime', kind: 'instant', because: INSTANTS },
  { path: 'DOCUMENT.firstEventTime', kind: 'instant', because: INSTANTS },
  { path: 'DOCUMENT.eventTime', kind: 'instant', because: INSTANTS },
  { path: 'DOCUMENT.snapshotTime', kind: 'instant', because: INSTANTS },
  ...['DOCUMENT', 'DOCUMENT.state', 'DOCUMENT.body[*].body'].flatMap((state): Pattern[] => [
    { path: `${state}.retryState.retryAt`, kind: 'instant', because: RETRY_INSTANTS },
    { path: `${state}.retryState.timeoutAt`, kind: 'after retryAt', because: RETRY_INSTANTS },
    { path: `${state}.retryState.nextRetryAt`, kind: 'after retryAt', because: RETRY_INSTANTS },
  ]),

  {
    path: 'DOCUMENT.header.command_wait_endpoint',
    kind: 'url',
    because: 'the address of the instance that waits',
  },

  {
    path: 'DOCUMENT.bindingErrors[*].msg',
    kind: 'text',
    because: 'quotes the JSON library of the original',
    like: /^JSON decoding error: /,
  },

  ...['body.components.diskSpace', 'body.details.diskSpace', 'body'].flatMap((disk): Pattern[] => [
    { path: `${disk}.details.total`, kind: 'number', because: MACHINE },
    { path: `${disk}.details.free`, kind: 'number', because: MACHINE },
    { path: `${disk}.details.path`, kind: 'text', because: MACHINE },
  ]),
  ...['body', 'body.cosid'].flatMap((generator): Pattern[] => [
    { path: `${generator}.actual.machineId`, kind: 'number', because: 'leased anew by each process' },
    { path: `${generator}.actual.lastTimestamp`, kind: 'instant', because: INSTANTS },
  ]),
];

/** Lists whose order says nothing: the original writes them as its hash sets come. */
export const UNORDERED = /^body\.contexts\..+\.(scopes|commands|events)$/;

const DOCUMENT = String.raw`body(\[\d+\])?(\.data|\.list\[\d+\])?`;

const COMPILED = PATTERNS.map((pattern) => ({ pattern, path: compile(pattern.path) }));

/** The pattern for a recorded value. */
export function patternAt(path: string, recorded: unknown, exchange: string): Pattern | undefined {
  return COMPILED.find(
    ({ pattern, path: compiled }) =>
      compiled.test(path) &&
      (pattern.like === undefined || (typeof recorded === 'string' && pattern.like.test(recorded))) &&
      (pattern.exchange === undefined || pattern.exchange === exchange),
  )?.pattern;
}

function compile(path: string): RegExp {
  const source = path
    .replaceAll('[*]', String.raw`\[\d+\]`)
    .replaceAll(/\.(?=[a-z])/gi, String.raw`\.`)
    .replace(/^DOCUMENT/, DOCUMENT);
  return new RegExp(`^${source}$`);
}
