/** An id that the server makes: 15 digits of base 62, the first of which will be 0 for decades. */
const GENERATED_ID = /^0[0-9A-Za-z]{14}$/;
const GENERATED_IDS = /\b0[0-9A-Za-z]{14}\b/g;

/** What the values that the server made in the recording are called in this run. */
export interface Renaming {
  /** What stands for a recorded text; undefined: nothing yet. */
  ours(recorded: string): string | undefined;
  /** Lets an id stand for a recorded one. False: one of them is no id, or ours stands for another one already. */
  bind(recorded: string, ours: string): boolean;
  /** A recorded text with all its ids replaced by ours. */
  rewrite(recorded: string): string;
}

export function createRenaming(): Renaming {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  return {
    ours: (recorded) => names.get(recorded),
    bind(recorded, ours) {
      if (!isGeneratedId(recorded) || !isGeneratedId(ours) || taken.has(ours)) return false;
      names.set(recorded, ours);
      taken.add(ours);
      return true;
    },
    rewrite: (recorded) => recorded.replaceAll(GENERATED_IDS, (id) => names.get(id) ?? id),
  };
}

/** Whether a value has the shape of an id that the server made. */
export const isGeneratedId = (value: unknown): value is string => typeof value === 'string' && GENERATED_ID.test(value);
