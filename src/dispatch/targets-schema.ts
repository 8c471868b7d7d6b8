import { z } from 'zod';
import { parseAllowEntry } from './allow-list.ts';
import { printableKey } from './targets-file-error.ts';

/** The queues of our own workers, which know no `retryExecution`. */
const OWN_QUEUES: readonly string[] = ['compensation', 'compensation-deliveries'];

const NAME_HINT = 'a text that tells this target from the others, 1 to 64 letters, digits, "_", "-" or "."';
const name = z.string(expected(NAME_HINT)).regex(/^[\w.-]{1,64}$/, `must be ${NAME_HINT}`);

const pattern = z
  .string(expected('a name, in which "*" stands for any text'))
  .min(1, 'must not be empty: leave it out to match every name')
  .default('*');
const match = strict({ context: pattern, processor: pattern, function: pattern }).prefault({});

const URL_HINT = 'an http or https URL, e.g. "https://orders.example.com/retries"';
const url = z.string(expected(URL_HINT)).transform((text, context) => {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  const problem = urlProblem(parsed);
  if (parsed !== null && problem === null) return parsed;
  context.addIssue({ code: 'custom', message: problem ?? `must be ${URL_HINT}` });
  return z.NEVER;
});

function urlProblem(parsed: URL | null): string | null {
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') return `must be ${URL_HINT}`;
  if (parsed.username !== '' || parsed.password !== '') {
    return 'must not hold a user or password: put them into "headers" as Authorization';
  }
  return parsed.hash === '' ? null : 'must not have a fragment ("#…"): it is never sent';
}

const TIMEOUT_HINT = 'a number of seconds from 0.1 to 3600; without it, the deadline of the attempt holds';
const timeout = z
  .number(expected(TIMEOUT_HINT))
  .min(0.1, `must be ${TIMEOUT_HINT}`)
  .max(3600, `must be ${TIMEOUT_HINT}`);

const ALLOW_HINT =
  'a host name, an address or a network without scheme and port, e.g. "orders.internal", "10.1.2.3" or "10.0.0.0/8"';
const allow = z
  .array(
    z.string(expected(ALLOW_HINT)).transform((text, context) => {
      const entry = parseAllowEntry(text);
      if (entry !== null) return entry;
      context.addIssue({ code: 'custom', message: `must be ${ALLOW_HINT}` });
      return z.NEVER;
    }),
    expected('a list of host names, addresses and networks'),
  )
  .default([]);

const variable = z.string(expected('the name of an environment variable')).min(1, 'must not be empty');
const filePath = z.string(expected('the path of a file')).min(1, 'must not be empty');

/** A value that may stand in the file itself, in an environment variable, or in a file of its own. */
const valueSource = z.union([z.string(), z.strictObject({ env: variable }), z.strictObject({ file: filePath })], {
  error: 'must be a text (numbers in quotes), {env: NAME} or {file: PATH}',
});
export type ValueSource = z.infer<typeof valueSource>;

const publishPrepared = z
  .boolean(expected('true or false: whether prepared retries are published on Kafka too'))
  .optional();

const httpEntry = strict({
  name,
  kind: z.literal('http'),
  match,
  url,
  secret: z.string(expected('a text: "whsec_" and the key in base64')).optional(),
  secretEnv: variable.optional(),
  secretFile: filePath.optional(),
  headers: z.record(z.string(), valueSource, expected('a map of header names to values')).default({}),
  timeout: timeout.optional(),
  allow,
  publishPrepared,
});
export type HttpEntry = z.infer<typeof httpEntry>;

const QUEUE_HINT =
  'the name of a task queue, 1 to 200 letters, digits, "_", "-", ".", ":" or "/", beginning with a letter or digit';
/** Temporal would refuse some names only when a retry is due, so the rule is narrower than its own. */
const taskQueue = z
  .string(expected(QUEUE_HINT))
  .regex(/^[A-Za-z0-9][\w.:/-]{0,199}$/, `must be ${QUEUE_HINT}`)
  .refine((queue) => !OWN_QUEUES.includes(queue), 'is a task queue of Redress itself: give one of your own');

const HEARTBEAT_HINT =
  'a number of seconds from 1 to 3600; without it, a worker that died is noticed at the deadline of the attempt';
const heartbeatTimeout = z
  .number(expected(HEARTBEAT_HINT))
  .min(1, `must be ${HEARTBEAT_HINT}`)
  .max(3600, `must be ${HEARTBEAT_HINT}`);

const temporalEntry = strict({
  name,
  kind: z.literal('temporal'),
  match,
  taskQueue,
  heartbeatTimeout: heartbeatTimeout.optional(),
  publishPrepared,
});

const eventEntry = strict({ name, kind: z.literal('event'), match });

/** One target of the file. */
export const TARGET = z.discriminatedUnion('kind', [eventEntry, httpEntry, temporalEntry], {
  error: ({ input }) => kindProblem(input),
});

function kindProblem(input: unknown): string {
  if (typeof input !== 'object' || input === null) return 'must be a map of settings with name and kind';
  if (!('kind' in input)) return 'has no kind: give "http", "temporal" or "event"';
  return 'has an unknown kind: give "http", "temporal" or "event"';
}

/** The outline of the file. Its targets are checked one by one, so that a mistake in one hides none in another. */
export const TARGETS_FILE = strict({ targets: z.array(z.unknown(), expected('a list of targets')) });

/** An object that refuses unknown keys and names those it knows. */
function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys'
        ? `has the unknown key ${keys.map((key) => `"${printableKey(key)}"`).join(', ')}: known here are ${known}`
        : `must be a map with ${known}`,
  });
}

/** The message for a value that is missing or of another type. */
function expected(what: string) {
  return {
    error: ({ input }: { input?: unknown }) => (input === undefined ? `is missing: give ${what}` : `must be ${what}`),
  };
}
