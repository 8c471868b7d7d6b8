import type { Route } from '../route.ts';
import { ACTUATOR_ROUTES } from './actuator.ts';
import { BI_ROUTES } from './bi.ts';
import { COMMAND_ROUTES } from './commands.ts';
import { EVENT_ROUTES } from './events.ts';
import { FEED_ROUTES } from './feed.ts';
import { METRICS_ROUTES } from './metrics.ts';
import { QUERY_ROUTES } from './queries.ts';
import { REDELIVERY_ROUTES } from './redeliveries.ts';
import { SNAPSHOT_ROUTES } from './snapshots.ts';
import { STATE_ROUTES } from './states.ts';
import { TARGET_ROUTES } from './targets.ts';
import { WOW_ROUTES } from './wow.ts';

/** What a process without the API still answers: how it is doing. */
export const OPERATOR_ROUTES: readonly Route[] = [...ACTUATOR_ROUTES, ...METRICS_ROUTES, ...TARGET_ROUTES];

/** Every operation. Where two paths fit a request, the first in this order takes it. */
export const ROUTES: readonly Route[] = [
  ...WOW_ROUTES,
  ...BI_ROUTES,
  ...COMMAND_ROUTES,
  ...STATE_ROUTES,
  ...SNAPSHOT_ROUTES,
  ...QUERY_ROUTES,
  ...EVENT_ROUTES,
  ...REDELIVERY_ROUTES,
  ...FEED_ROUTES,
  ...OPERATOR_ROUTES,
];
