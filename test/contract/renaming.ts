/** An id that the server makes: 15 digits of base 62, the first of which will be 0 for decades. */
const GENERATED_ID = /^0[0-9A-Za-z]{14}$/;
const GENERATED_IDS = /\b0[0-9A-Za-z]{14}\b/g;

/** What the ids that the server made in the recording are called in this run. */
export interface Renaming {
  /** What stands for a recorded id; undefined: nothing yet. */
  ours(recorded: string): string | undefined;
  /** Whether one of our ids stands for a recorded one. */
  isTaken(ours: string): boolean;
  /** Lets an id stand for a recorded one. False: one of them is no id, or ours stands for another one already. */
  bind(recorded: string, ours: string): boolean;
  /** A recorded text with all its ids replaced by ours. */
  rewrite(recorded: string): string;
  /** A renaming that knows what this one knows and keeps what it learns to itself until `commit`. */
  draft(): Renaming & { commit(): void };
}

export function createRenaming(base?: Renaming): Renaming {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const renaming: Renaming = {
    ours: (recorded) => names.get(recorded) ?? base?.ours(recorded),
    isTaken: (ours) => taken.has(ours) || base?.isTaken(ours) === true,
    bind(recorded, ours) {
      if (!isGeneratedId(recorded) || !isGeneratedId(ours) || renaming.isTaken(ours)) return false;
      names.set(recorded, ours);
      taken.add(ours);
      return true;
    },
    rewrite: (recorded) => recorded.replaceAll(GENERATED_IDS, (id) => renaming.ours(id) ?? id),
    draft() {
      const draft = createRenaming(renaming);
      const learnt: [string, string][] = [];
      return {
        ...draft,
        bind(recorded, ours) {
          const isBound = draft.bind(recorded, ours);
          if (isBound) learnt.push([recorded, ours]);
          return isBound;
        },
        commit() {
          for (const [recorded, ours] of learnt) renaming.bind(recorded, ours);
        },
      };
    },
  };
  return renaming;
}

/** Whether a value has the shape of an id that the server made. */
export const isGeneratedId = (value: unknown): value is string => typeof value === 'string' && GENERATED_ID.test(value);
