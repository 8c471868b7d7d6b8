import { type Redress, type ReportedError, guard } from '../../client/src/index.ts';
import { type DemoCase, SHOP_CONTEXT } from './cases.ts';
import type { DemoRecord } from './record.ts';

/** Lets the event of a case occur: its handler fails, and the guard around it reports that, as in any service. */
export async function failAndReport(
  { processor, function: name, handler, retrySpec }: DemoCase,
  redress: Redress,
  closing: AbortSignal,
): Promise<NonNullable<DemoRecord['reported']>> {
  const reported: { id: string | null; error: ReportedError | null } = { id: null, error: null };
  const handleEvent = guard(
    (_event: { readonly id: string }) => handler({ attempt: 0, signal: closing, tell: () => undefined }),
    {
      redress: {
        url: redress.url,
        createExecutionFailed(body, options) {
          reported.error = body.error;
          return redress.createExecutionFailed(body, options);
        },
      },
      function: { contextName: SHOP_CONTEXT, processorName: processor, name },
      eventId: (event) => ({
        id: event.id,
        aggregateId: { contextName: SHOP_CONTEXT, aggregateName: 'order', aggregateId: event.id },
        version: 1,
      }),
      retrySpec,
      onReport: ({ aggregateId }) => {
        reported.id = aggregateId;
      },
    },
  );
  await handleEvent({ id: await redress.generateId() });
  const { id, error } = reported;
  if (id === null || error === null) throw new Error(`${processor} was to fail`);
  return { id, error };
}
