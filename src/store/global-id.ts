const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SEQUENCE_LIMIT = 65_536;
/** The sequence starts again at the next millisecond once it has passed this (contract 5.4). */
const SEQUENCE_RESET = 32_767;

/** Makes global ids in CosId's layout (contract 5.4): 8 characters of epoch milliseconds, 4 of machine id, 3 of sequence, radix 62. */
export interface GlobalIds {
  /** @throws Error while this process has no machine id */
  next(): string;
  /** The time in the newest id, epoch milliseconds; -1 before the first. */
  lastTime(): number;
}

/**
 * Ids of one machine id, which only one process may hold at a time. Time never runs backwards in them: where the clock
 * does, or the sequence is used up within a millisecond, they go on from the last time instead of waiting.
 */
export function createGlobalIds(machineId: () => number, now: () => number = Date.now): GlobalIds {
  let time = -1;
  let sequence = 0;
  return {
    next() {
      const machine = machineId();
      const clock = now();
      if (clock > time) {
        time = clock;
        if (sequence >= SEQUENCE_RESET) sequence = 0;
      }
      sequence = (sequence + 1) % SEQUENCE_LIMIT;
      if (sequence === 0) time += 1;
      return radix62(time, 8) + radix62(machine, 4) + radix62(sequence, 3);
    },
    lastTime: () => time,
  };
}

function radix62(value: number, width: number): string {
  let text = '';
  for (let rest = value; text.length < width; rest = Math.floor(rest / 62)) text = ALPHABET.charAt(rest % 62) + text;
  return text;
}
