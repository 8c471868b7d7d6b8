/** Seconds from the failed execution to its first retry: an hour, so that no record is due a second time in a run. */
export const BACKOFF = 3_600;

/** The retry spec of all commands. */
export const RETRY_SPEC = { maxRetries: 10, minBackoff: BACKOFF, executionTimeout: 120 };

/** A failure as services report them, about 1.2 KB in all. */
export const FAILURE = {
  eventId: {
    id: '0UvW2Ap6000100H',
    aggregateId: {
      contextName: 'order-service',
      aggregateName: 'order',
      aggregateId: '0UvW2AoI000100G',
      tenantId: '(0)',
    },
    version: 6,
  },
  function: { functionKind: 'EVENT', contextName: 'bench-service', processorName: 'Bench', name: 'onEvent' },
  error: {
    errorCode: 'IllegalState',
    errorMsg: 'The mail gateway refused the message: 451 4.7.1 try again later',
    stackTrace: Array.from(
      { length: 8 },
      (_, line) => `\tat com.example.notice.OrderNoticeSaga.step${line}(OrderNoticeSaga.kt:${40 + line})`,
    ).join('\n'),
  },
  retrySpec: RETRY_SPEC,
  recoverable: 'RECOVERABLE',
};
