import { setTimeout as sleep } from 'node:timers/promises';
import { type Wish, type WishAnswer, send } from './fault-ledger.ts';
import type { Random } from './fault-random.ts';
import type { FaultTarget } from './fault-target.ts';
import { type KnownRecord, type Wishes, createWishes } from './fault-wishes.ts';

export interface LoadOptions {
  /** Services that take the same commands. */
  readonly urls: readonly [string, ...string[]];
  readonly target: FaultTarget;
  readonly random: Random;
  readonly clients: number;
}

/** Clients that send commands one after the other. */
export interface Load {
  /** Everything that was sent. */
  readonly wishes: readonly Wish[];
  /** Sends nothing new; resolves when every wish is decided or given up. */
  stop(): Promise<void>;
}

/** Longest pause of a client between two commands, in milliseconds. */
const LONGEST_PAUSE = 500;
/** Milliseconds before a client repeats what got no answer. */
const REPEAT_PAUSE = 250;
/** A wish that is not decided so many milliseconds after its first sending is given up; the checker then complains. */
const GIVE_UP_AFTER = 60_000;
/** The oldest records are written to more often than others, so that clients meet. */
const HOT_RECORDS = 5;

/** Starts clients that create records and update each other's, repeating with the same request id whatever was lost. */
export function startLoad({ urls, target, random, clients }: LoadOptions): Load {
  const wishes: Wish[] = [];
  const records: KnownRecord[] = [];
  let stoppedAt: number | null = null;

  const client = async (name: string, chance: Random): Promise<void> => {
    const mine = createWishes(name, chance);
    while (stoppedAt === null) {
      await sleep(chance.between(0, LONGEST_PAUSE));
      const { wish, kind } = nextWish(mine, chance);
      wishes.push(wish);
      const twice = chance.chance(0.05);
      const answers = await Promise.all(
        twice ? [carryOut(wish, chance), carryOut(wish, chance)] : [carryOut(wish, chance)],
      );
      if (kind !== null) for (const answer of answers) remember(wish, answer, kind);
      // What is decided is asked for once more, which must not have any effect.
      if (chance.chance(0.08)) await carryOut(wish, chance);
    }
  };

  const nextWish = (mine: Wishes, chance: Random): { wish: Wish; kind: KnownRecord['kind'] | null } => {
    const accepted = chance.chance(0.3) ? target.takeAccepted() : undefined;
    if (accepted !== undefined) return { wish: mine.report(accepted.executionId, accepted.attempt), kind: null };
    const [first, ...rest] = chance.chance(0.2) ? records.slice(0, HOT_RECORDS) : records;
    if (first !== undefined && chance.chance(0.7))
      return { wish: mine.update(chance.pick([first, ...rest])), kind: null };
    return mine.create();
  };

  const carryOut = async (wish: Wish, chance: Random): Promise<WishAnswer> => {
    const stage = chance.pick(['PROCESSED', 'PROCESSED', 'PROCESSED', 'SNAPSHOT', 'SNAPSHOT', 'SENT']);
    for (;;) {
      const answer = await send(chance.pick(urls), wish, stage);
      const isTooLate = stoppedAt !== null && Date.now() - stoppedAt > GIVE_UP_AFTER;
      if (answer.kind === 'result' || isTooLate) return answer;
      await sleep(REPEAT_PAUSE);
    }
  };

  const remember = (wish: Wish, answer: WishAnswer, kind: KnownRecord['kind']): void => {
    if (answer.kind !== 'result' || !answer.result.succeeded) return;
    const { aggregateId, stage } = answer.result;
    // Another sending of the same create may be the one that makes the record, under another id.
    if (stage === 'SENT' && wish.aggregateId === null) return;
    if (records.every(({ id }) => id !== aggregateId)) records.push({ id: aggregateId, kind });
  };

  const running = Array.from({ length: clients }, (_, index) => client(`c${index}`, random.fork()));
  return {
    wishes,
    async stop() {
      stoppedAt = Date.now();
      await Promise.all(running);
    },
  };
}
