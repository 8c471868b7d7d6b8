import type { RedressApi } from './api.ts';
import { type DemoCase, SHOP_CONTEXT } from './cases.ts';
import { describeError } from './error.ts';
import type { DemoRecord } from './record.ts';

/** Lets the event of a case occur: its handler fails, and the shop reports that as any service does. */
export async function failAndReport(
  { processor, function: name, handler, retrySpec }: DemoCase,
  api: RedressApi,
  closing: AbortSignal,
): Promise<NonNullable<DemoRecord['reported']>> {
  const eventId = await api.generateId();
  try {
    await handler({ attempt: 0, closing, tell: () => undefined });
  } catch (thrown) {
    const error = describeError(thrown);
    const id = await api.createExecutionFailed({
      // The same for every report of this failure: a report that is repeated makes no second record.
      requestId: `${eventId}:${processor}.${name}`,
      eventId: {
        id: eventId,
        aggregateId: { contextName: SHOP_CONTEXT, aggregateName: 'order', aggregateId: eventId, tenantId: '(0)' },
        version: 1,
      },
      function: { functionKind: 'EVENT', contextName: SHOP_CONTEXT, processorName: processor, name },
      error,
      executeAt: Date.now(),
      retrySpec,
    });
    return { id, error };
  }
  throw new Error(`${processor} was to fail`);
}
