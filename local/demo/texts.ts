import { styleText } from 'node:util';
import { type DemoCase, SHOP_CONTEXT } from './cases.ts';
import type { DemoInstance } from './instance.ts';

type Places = Pick<DemoInstance, 'url' | 'uiUrl'>;

/** What is about to be seen, and where. */
export function introduction(cases: readonly DemoCase[], places: Places, shopUrl: string, folder: string): string {
  return [
    '',
    styleText('bold', 'A shop has five event handlers, and each of them fails in its own way.'),
    'Redress records the failures, retries each on time, and delivers the retries',
    'to the shop over signed HTTP. What is shown comes from its public REST API.',
    '',
    ...cases.map(
      ({ number, processor, plan }) => `  ${styleText('cyan', String(number))}  ${processor.padEnd(15)}  ${plan}`,
    ),
    '',
    ...[
      ['REST API', places.url],
      ['Temporal Web UI', places.uiUrl],
      ['The shop', shopUrl],
      ['Data and logs', folder],
    ].map(([name = '', where = '']) => `  ${name.padEnd(15)}  ${where}`),
    '',
  ].join('\n');
}

/** What to do while everything stays up. */
export function invitation({ url, uiUrl }: Places): string {
  const order = { contextName: SHOP_CONTEXT, aggregateName: 'order', aggregateId: 'mine' };
  const failure = {
    eventId: { id: 'mine', aggregateId: order, version: 1 },
    function: { functionKind: 'EVENT', contextName: SHOP_CONTEXT, processorName: 'StockProjection', name: 'mine' },
    error: { errorCode: 'Mine', errorMsg: 'I broke it myself', stackTrace: '' },
    executeAt: 0,
    retrySpec: { maxRetries: 5, minBackoff: 2, executionTimeout: 3 },
  };
  return [
    `Everything stays up until Ctrl-C: ${url} and ${uiUrl}`,
    '',
    'To play along, report a failure of your own; its third retry works:',
    '',
    `curl -X POST ${url}/execution_failed/create_execution_failed \\`,
    `  -H 'Content-Type: application/json' -d '${JSON.stringify(failure)}'`,
    '',
  ].join('\n');
}
