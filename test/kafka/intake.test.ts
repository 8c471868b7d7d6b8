import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import type { Command } from '../../src/domain/index.ts';
import { type CommandResult, GatewayError } from '../../src/gateway/index.ts';
import { type Intake, type Intaken, createIntake } from '../../src/kafka/commands/intake.ts';
import type { TakenRecord } from '../../src/kafka/commands/taken-record.ts';
import { eventually } from '../support/eventually.ts';
import { CREATE_BODY, asRecord, sentCommand } from './sent-command.ts';

/** What a test lets the gateway do with a command: it answers with an error code, or throws. */
type Answer = (command: Command) => string | Promise<string>;

let answer: Answer;
let bury: () => Promise<void>;
let sent: string[];
let buried: string[];
let counted: Intaken[];
let repeated: number;
let done: bigint[];
let offset: bigint;
let ended: AbortController;
let intake: Intake;

beforeEach(() => {
  answer = () => 'Ok';
  bury = () => Promise.resolve();
  [sent, buried, counted, done] = [[], [], [], []];
  repeated = 0;
  offset = 0n;
  ended = new AbortController();
  intake = createIntake({
    gateway: {
      async process(command, _patience, cancelled) {
        sent.push(command.commandId);
        const code = await answer(command);
        if (cancelled.aborted) return null;
        return { errorCode: code, succeeded: code === 'Ok' } as CommandResult;
      },
    },
    deadLetters: {
      async bury({ value }, reason) {
        await bury();
        buried.push(`${value?.toString() ?? ''}: ${reason}`);
      },
      close: () => Promise.resolve(),
    },
    retryDefaults: { maxRetries: 1, minBackoff: 1, executionTimeout: 1 },
    onProcessed: (what) => counted.push(what),
    onRepeated: () => {
      repeated += 1;
    },
    log: pino({ level: 'silent' }),
  });
});
afterEach(() => {
  ended.abort();
});

function take(key: string, record: { key: Buffer | null; value: Buffer | null }): void {
  const taken: TakenRecord = { partition: 0, offset, timestamp: 0n, headers: [], ...record };
  offset += 1n;
  intake.take(taken, ended.signal, () => done.push(taken.offset));
}
const takeCommand = (id: string, commandId: string, but: Readonly<Record<string, unknown>> = {}): void => {
  take(id, asRecord(sentCommand('create_execution_failed', id, commandId, CREATE_BODY, but), id));
};

/** Takes two commands of one record; the first is on its way until the function that it gives is called. */
async function takeTwo(): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<'Ok'>();
  answer = () => promise;
  takeCommand('a', 'first');
  takeCommand('a', 'second');
  await eventually(() => {
    expect(sent).toEqual(['first']);
  });
  return () => {
    resolve('Ok');
  };
}

describe('the intake', () => {
  it('is done with a command when it is processed, whether its record accepts it or not', async () => {
    answer = ({ commandId }) => (commandId === 'refused' ? 'NotFound' : 'Ok');
    takeCommand('a', 'accepted');
    takeCommand('b', 'refused');
    await eventually(() => {
      expect(counted.toSorted()).toEqual(['accepted', 'refused']);
    });
    expect(done.toSorted()).toEqual([0n, 1n]);
  });

  it('drops what is not for it, and asks nobody', async () => {
    takeCommand('a', 'copy', { header: { local_first: 'true' } });
    takeCommand('a', 'void', { isVoid: true });
    await eventually(() => {
      expect(counted).toEqual(['dropped', 'dropped']);
    });
    expect([sent, done]).toEqual([[], [0n, 1n]]);
  });

  it('repeats a command with its ids until it is processed; those of the same record wait, others do not', async () => {
    let failures = 2;
    answer = ({ commandId }) => {
      if (commandId !== 'first' || failures === 0) return 'Ok';
      failures -= 1;
      throw new GatewayError('ServiceUnavailable', 'away');
    };
    takeCommand('a', 'first');
    takeCommand('a', 'second');
    takeCommand('b', 'other');
    await eventually(() => {
      expect(done).toHaveLength(3);
    });
    expect(sent).toEqual(['first', 'other', 'first', 'first', 'second']);
    expect([done, repeated]).toEqual([[2n, 0n, 1n], 2]);
  });

  it('repeats a command after what nobody foresaw, too: it may pass', async () => {
    let fails = true;
    answer = () => {
      if (!fails) return 'Ok';
      fails = false;
      throw new TypeError('a defect');
    };
    takeCommand('a', 'first');
    await eventually(() => {
      expect(counted).toEqual(['accepted']);
    });
  });

  it('buries what is no command, and a command that nobody can take', async () => {
    answer = () => {
      throw new GatewayError('PayloadTooLarge', 'too large');
    };
    take('a', { key: Buffer.from('a'), value: Buffer.from('nonsense') });
    takeCommand('a', 'large');
    await eventually(() => {
      expect(counted).toEqual(['dead letter', 'dead letter']);
    });
    expect(buried).toEqual([expect.stringMatching(/^nonsense: .*JSON/), expect.stringMatching(/too large$/)]);
    expect(done).toEqual([0n, 1n]);
  });

  it('gives a short reason, however much of what cannot be read it quotes', async () => {
    takeCommand('a', 'unknown', { name: 'nonsense', bodyType: 'x'.repeat(1_000_000) });
    await eventually(() => {
      expect(counted).toEqual(['dead letter']);
    });
    expect(
      /: (There is no command "x.*", nor one named "nonsense".)$/s.exec(buried[0] ?? '')?.[1]?.length,
    ).toBeLessThan(2_000);
  });

  it('is not done with what cannot be buried yet', async () => {
    let fails = true;
    bury = () => (fails ? Promise.reject(new Error('no broker')) : Promise.resolve());
    take('a', { key: Buffer.from('a'), value: Buffer.from('nonsense') });
    await eventually(() => {
      expect(repeated).toBeGreaterThan(0);
    });
    expect(done).toEqual([]);
    fails = false;
    await eventually(() => {
      expect(done).toEqual([0n]);
    });
  });

  it('forgets what is on its way when the partition is lost', async () => {
    const finish = await takeTwo();
    ended.abort();
    finish();
    await intake.close();
    expect([sent, done, counted]).toEqual([['first'], [], []]);
  });

  it('is closed when what is on its way is processed, and begins nothing more', async () => {
    const finish = await takeTwo();
    const closed = intake.close();
    finish();
    await closed;
    await eventually(() => {
      expect(done).toEqual([0n]);
    });
    expect(sent).toEqual(['first']);
  });

  it('has so many commands on their way at once and no more', async () => {
    answer = () => new Promise(() => undefined);
    for (let index = 0; index < 100; index += 1) takeCommand(`record-${index}`, `command-${index}`);
    await eventually(() => {
      expect(sent).toHaveLength(64);
    });
    expect(intake.inFlight()).toBe(64);
  });
});
