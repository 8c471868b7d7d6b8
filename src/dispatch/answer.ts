import { z } from 'zod';
import { RECOVERABLE_TYPES, storableText } from '../domain/index.ts';
import { type DeliveryOutcome, type Failure, failed } from './outcome.ts';
import { parseRetryAfter } from './retry-after.ts';
import { excerpt } from './text.ts';

/** So much of an answer is read at most, in bytes. */
export const MAX_ANSWER_SIZE = 64 * 1024;
/** The target took the attempt over: nothing of its answer counts but this. */
export const ACCEPTED = 202;

/** What came back from a target. */
export interface Answer {
  readonly status: number;
  /** Null where the header is missing. */
  readonly retryAfter: string | null;
  readonly location: string | null;
  /** The beginning of it, {@link MAX_ANSWER_SIZE} at most. */
  readonly body: string;
  /** True where the target said more than was read. */
  readonly truncated: boolean;
  /** Why the answer did not arrive whole; null: it did, or enough of it. */
  readonly broken: Failure | null;
}

/**
 * What an answer means at `now`. The status decides. A success must not break off, though: a service that breaks down in
 * the middle of its answer has not succeeded.
 */
export function judgeAnswer(target: string, answer: Answer, now: number): DeliveryOutcome {
  if (answer.status === ACCEPTED) return { kind: 'accepted' };
  if (answer.status >= 200 && answer.status < 300) {
    return answer.broken === null ? { kind: 'succeeded', executeAt: now } : failed(answer.broken, now);
  }
  const own = statusFailure(target, answer);
  const reported = reportedError(answer);
  const { recoverable } = reported;
  return {
    ...failed(
      {
        errorCode: reported.errorCode ?? own.errorCode,
        errorMsg: reported.errorMsg ?? own.errorMsg,
        stackTrace: reported.stackTrace ?? own.stackTrace,
        bindingErrors: reported.bindingErrors ?? [],
      },
      now,
    ),
    ...(recoverable === undefined ? {} : { recoverable }),
    notBefore: parseRetryAfter(answer.retryAfter, now),
  };
}

function statusFailure(target: string, { status, location, body, truncated, broken }: Answer) {
  const rest = truncated ? '\n[The answer is longer; the rest was not read.]' : '';
  const stackTrace = storableText(body) + (broken === null ? rest : `\n[${broken.errorMsg}]`);
  if (status < 400 && location !== null) {
    return {
      errorCode: 'RedirectRefused',
      errorMsg: `Target "${target}" answered ${status} with a redirect to ${excerpt(location)}. Redirects are not followed: let "url" in the targets file name the final address.`,
      stackTrace,
    };
  }
  const said = excerpt(body);
  return {
    errorCode: `HttpStatus${status}`,
    errorMsg: `Target "${target}" answered ${status}${said === '' ? ' without a body.' : `: ${said}`}`,
    stackTrace,
  };
}

const text = z.string().transform(storableText);
const filled = text.refine((value) => value.trim() !== '');
/** `Ok` is the contract's code for success (contract 3.1), so it says nothing about a failure. */
const failureCode = filled.refine((code) => code !== 'Ok');

/** The fields of an answer that are taken over into the record, each where it is what it should be. */
const REPORTED_ERROR = z.object({
  errorCode: failureCode.optional().catch(undefined),
  errorMsg: filled.optional().catch(undefined),
  stackTrace: filled.optional().catch(undefined),
  bindingErrors: z
    .array(z.object({ name: text, msg: text }))
    .optional()
    .catch(undefined),
  recoverable: z.string().toUpperCase().pipe(z.enum(RECOVERABLE_TYPES)).optional().catch(undefined),
});

function reportedError({ body }: Answer): z.infer<typeof REPORTED_ERROR> {
  return REPORTED_ERROR.safeParse(parseJson(body)).data ?? {};
}

/** Undefined for text that is no JSON: what a target answers is its own business. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
