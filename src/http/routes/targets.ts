import { ok } from '../answer.ts';
import type { Route } from '../route.ts';

/** Who executes retries, and how that goes. */
export const TARGET_ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/redress/targets',
    operationId: 'redress.targets',
    summary: 'The targets of retries, and what this process has lately delivered to them',
    tag: 'redress',
    produces: ['application/json'],
    mismatch: 'explained',
    body: null,
    answer: 'redress.TargetReport',
    handle: (_exchange, { targets }) => ok(targets()),
  },
];
