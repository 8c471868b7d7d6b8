import { RequestError, illegalArgument } from './request-error.ts';

/** Where the ids of this process come from. */
export interface IdSource {
  /** @throws Error while this process has no machine id */
  next(): string;
  /** The machine id, and the time of the newest id in epoch milliseconds; -1 before the first. */
  state(): { readonly machineId: number; readonly lastTimestamp: number };
}

/** What an id generator says of itself, in the words of the original's library (contract 10.4). */
export interface GeneratorStat {
  readonly kind: string;
  readonly actual: object;
  readonly converter: object;
}

/** The registered id generators, of which there is one, until somebody removes it. */
export interface IdGenerators {
  stats(): Readonly<Record<string, GeneratorStat>>;
  /** @throws RequestError where there is none of that name, as the other two */
  stat(name: string): GeneratorStat;
  next(name: string): string;
  /** Numbers are not what it makes. @throws RequestError in any case */
  nextNumber(name: string): never;
  /** Hides it here until the next start; the rest of the house keeps its ids (contract 10.6). */
  remove(name: string): GeneratorStat;
}

/** The name of the one generator. */
export const COSID = 'cosid';

const CONVERTER = { kind: 'RadixCosIdStateParser', actual: null };

/** Registers `ids` under its name. */
export function createIdGenerators(ids: IdSource): IdGenerators {
  const registered = new Map<string, IdSource>([[COSID, ids]]);
  const find = (name: string): IdSource => {
    const found = registered.get(name);
    if (found === undefined) throw illegalArgument(`Not found ID generator named:[${name}]!`);
    return found;
  };
  const stat = (name: string): GeneratorStat => describe(find(name));
  return {
    stats: () => Object.fromEntries([...registered].map(([name, source]) => [name, describe(source)])),
    stat,
    next: (name) => find(name).next(),
    nextNumber(name) {
      find(name);
      throw new RequestError('BadRequest', 'CosIdGenerator does not support the generation of long IDs!');
    },
    remove(name) {
      const removed = stat(name);
      registered.delete(name);
      return removed;
    },
  };
}

function describe(source: IdSource): GeneratorStat {
  const actual = { kind: 'Radix62CosIdGenerator', ...source.state(), converter: CONVERTER, actual: null };
  return { kind: 'ClockSyncCosIdGenerator', actual, converter: CONVERTER };
}
