import { styleText } from 'node:util';
import type { Redress } from '../../client/src/index.ts';
import type { DemoCases } from './cases.ts';
import { isExhausted } from './history.ts';
import { indented } from './lines.ts';
import type { News } from './news.ts';
import type { DemoRecord, Links } from './record.ts';

/** Milliseconds that the person at the terminal gets to read before it goes on. */
const READING_TIME = 5_000;

/** The person who steps in when a record is stuck: looks at it, then removes the cause and asks for one more retry. */
export function createOperator(
  { stuck, mailServer }: DemoCases,
  redress: Redress,
  links: Links,
): (record: DemoRecord) => Promise<News[]> {
  let foundAt: number | null = null;
  let hasHelped = false;
  return async (record) => {
    const { demoCase, reported, history } = record;
    if (demoCase !== stuck || reported === null || history === null || !isExhausted(history) || hasHelped) return [];
    const at = Date.now();
    if (foundAt === null) {
      foundAt = at;
      return [{ at, record, text: await describeStuck(redress, links, reported.id) }];
    }
    if (at < foundAt + READING_TIME) return [];
    hasHelped = true;
    mailServer.correctPassword();
    await redress.forcePrepareCompensation(reported.id);
    const text = 'a person corrects the password and forces a retry:';
    return [{ at, record, text: `${text}\n${indented([`curl -X PUT '${links.forceRetry(reported.id)}'`])}` }];
  };
}

async function describeStuck(redress: Redress, links: Links, id: string): Promise<string> {
  const { isRetryable, error, retryState, retrySpec } = await redress.records.state(id);
  return [
    styleText('red', 'its retries are used up: a person has to act'),
    indented([
      'an operator finds it among all that wait for a person in the Web UI:',
      links.waitingForPerson,
      `and reads in the record: ${error.errorCode}, ${error.errorMsg},`,
      `isRetryable ${String(isRetryable)}, retries ${retryState.retries} of ${retrySpec.maxRetries}`,
    ]),
  ].join('\n');
}
