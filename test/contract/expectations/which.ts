import type { Exchange } from '../recording.ts';

/** The exchanges of these names. */
export const named =
  (...names: readonly string[]) =>
  ({ name }: Exchange): boolean =>
    names.includes(name);

/** A query of the scenario of the operators: alone, together with its ids, and counted. */
export const variantOf =
  (query: string) =>
  ({ name }: Exchange): boolean =>
    ['', '-bare', '-count'].some((variant) => name === `query-operators/${query}${variant}`);

/** The exchanges that are all of this. */
export const both =
  (...conditions: readonly ((exchange: Exchange) => boolean)[]) =>
  (exchange: Exchange): boolean =>
    conditions.every((condition) => condition(exchange));

/** Those in which the original failed, as it says. */
export const failed = ({ response }: Exchange): boolean =>
  response.status === 500 && response.headers['Wow-Error-Code'] === 'InternalServerError';

/** Those with a body that is not said to be JSON. */
export const hasOtherContent = ({ request: { headers, body } }: Exchange): boolean =>
  body !== null && !/^application\/([^;]+\+)?json\b/.test(headers['Content-Type'] ?? '');
