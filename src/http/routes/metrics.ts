import type { Route } from '../route.ts';

/** The numbers of this process, for Prometheus. */
export const METRICS_ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/metrics',
    operationId: 'redress.metrics',
    summary: 'Metrics in the format of Prometheus',
    tag: 'redress',
    produces: ['text/plain'],
    mismatch: 'explained',
    body: null,
    answer: { type: 'string' },
    handle: async (_exchange, { metrics }) => ({
      kind: 'text',
      text: await metrics.render(),
      contentType: metrics.contentType,
    }),
  },
];
