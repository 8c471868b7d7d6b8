import { GatewayError } from './errors.ts';

/** Bytes as JSON of the creates that this process holds at a time; thousands of them come in a storm, and each may be large. */
const MAX_HELD = 64 * 1024 * 1024;

/** The memory that creates may take while they are on their way. */
export interface Allowance {
  /** Takes so many bytes until the function is called that it gives. @throws GatewayError TooManyRequests where there are not so many left */
  take(size: number): () => void;
}

export function createAllowance(): Allowance {
  let held = 0;
  return {
    take(size) {
      if (held + size > MAX_HELD) throw tooLarge(held);
      held += size;
      return () => {
        held -= size;
      };
    },
  };
}

const tooLarge = (held: number): GatewayError =>
  new GatewayError(
    'TooManyRequests',
    `Failures of ${held} bytes are on their way already, of ${MAX_HELD} that are possible: this one was not sent. ` +
      'Send it again in a moment, with the same request id.',
    { retryAfter: 1 },
  );
