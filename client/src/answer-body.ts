import type { FailureDescription } from './describe-failure.ts';

/** Redress reads 64 KiB of an answer, and of one that is longer only the beginning, which then is no JSON any more. */
const MAX_BYTES = 60 * 1024;

/** The JSON that tells Redress of a failure; what is too long loses the end of its stack trace, and more if need be. */
export function answerBody({ error, recoverable }: Pick<FailureDescription, 'error' | 'recoverable'>): string {
  const { bindingErrors = [], ...texts } = error;
  const more = recoverable === null ? {} : { recoverable };
  const encoder = new TextEncoder();
  for (let part = 1; ; part /= 2) {
    const body = JSON.stringify({
      errorCode: texts.errorCode.slice(0, Math.ceil(texts.errorCode.length * Math.min(1, part * 64))),
      // The message is worth more than the stack trace, and shorter.
      errorMsg: texts.errorMsg.slice(0, Math.ceil(texts.errorMsg.length * Math.min(1, part * 16))),
      stackTrace: texts.stackTrace.slice(0, Math.ceil(texts.stackTrace.length * part)),
      ...(part === 1 && bindingErrors.length > 0 ? { bindingErrors } : {}),
      ...more,
    });
    if (encoder.encode(body).byteLength <= MAX_BYTES) return body;
  }
}
