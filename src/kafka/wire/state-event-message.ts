import { z } from 'zod';
import { EVENT_STREAM_MESSAGE } from './event-stream-message.ts';
import {
  errorDetails,
  eventId,
  functionInfo,
  named,
  recoverable,
  retrySpec,
  retryState,
  tags,
  text,
  time,
} from './values.ts';

/** An event stream with the state after it, on the topic of states (messaging 1.7). */
export const STATE_EVENT_MESSAGE = EVENT_STREAM_MESSAGE.extend({
  firstOperator: text,
  firstEventTime: time,
  state: z.looseObject({
    id: named,
    eventId,
    function: functionInfo,
    error: errorDetails,
    executeAt: time,
    retrySpec,
    retryState,
    status: z.enum(['FAILED', 'PREPARED', 'SUCCEEDED']),
    recoverable,
    isBelowRetryThreshold: z.boolean(),
    isRetryable: z.boolean(),
  }),
  tags,
  deleted: z.boolean(),
});

export type StateEventMessage = z.output<typeof STATE_EVENT_MESSAGE>;
