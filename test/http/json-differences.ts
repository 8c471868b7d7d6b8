export type Change = 'added' | 'removed' | 'changed';

/** Where two JSON documents differ. */
export interface Difference {
  /** The keys that lead there, separated by blanks. */
  readonly path: string;
  readonly change: Change;
}

/** What is different in `ours`, at the shortest paths that say so. The order of keys says nothing; `required` is a set. */
export function differences(recorded: unknown, ours: unknown, path: readonly string[] = []): Difference[] {
  if (recorded === undefined) return [{ path: path.join(' '), change: 'added' }];
  if (ours === undefined) return [{ path: path.join(' '), change: 'removed' }];
  if (path.at(-1) === 'required' && Array.isArray(recorded) && Array.isArray(ours)) {
    return differences(asSet(recorded), asSet(ours), path);
  }
  if (isContainer(recorded) && isContainer(ours) && Array.isArray(recorded) === Array.isArray(ours)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(ours)]);
    return [...keys].flatMap((key) => differences(recorded[key], ours[key], [...path, key]));
  }
  return recorded === ours ? [] : [{ path: path.join(' '), change: 'changed' }];
}

const asSet = (names: readonly unknown[]): Record<string, true> =>
  Object.fromEntries(names.map((name) => [String(name), true]));

const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
