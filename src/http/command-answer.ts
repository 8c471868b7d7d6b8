import type { CommandResult } from '../gateway/index.ts';
import type { Answer } from './answer.ts';
import type { CommandCall } from './command-request.ts';
import type { HttpDeps } from './deps.ts';
import { statusOf } from './error-info.ts';
import type { Exchange } from './route.ts';

/** Sends a command; the result at the wanted stage, or the one that failed before, with what all of them have to say (contract 2.4). */
export async function commandAnswer(
  { command, wait }: CommandCall,
  { cancelled }: Exchange,
  { gateway }: HttpDeps,
): Promise<Answer> {
  const { stage } = wait.tail ?? wait;
  let answer: CommandResult | undefined;
  let result = {};
  for await (const next of gateway.send(command, wait, cancelled)) {
    result = { ...result, ...next.result };
    // Signals may come in any order: PROCESSED behind the wanted stage ends the wait, but is not what was asked for.
    if (answer?.stage !== stage || next.stage === stage || !next.succeeded) answer = next;
  }
  if (answer === undefined) throw new Error('the gateway gave no result');
  return { kind: 'json', status: statusOf(answer.errorCode), body: { ...answer, result }, errorCode: answer.errorCode };
}
