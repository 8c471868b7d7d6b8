/** So many creates stored in a second are a storm: they use what the machine has. */
const STORM = 100;

/** Notices storms, so that what can wait gives way to what cannot. */
export interface StormWatch {
  /** A create was stored at once. */
  stored(): void;
  /** Whether this second or the one before it brought a storm. */
  isStorm(): boolean;
}

export function watchStorms(): StormWatch {
  let second = 0;
  let count = 0;
  let before = 0;
  const roll = (): void => {
    const now = Math.floor(performance.now() / 1_000);
    if (now === second) return;
    before = now === second + 1 ? count : 0;
    count = 0;
    second = now;
  };
  return {
    stored() {
      roll();
      count += 1;
    },
    isStorm() {
      roll();
      return Math.max(before, count) >= STORM;
    },
  };
}
