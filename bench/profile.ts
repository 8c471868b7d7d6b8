import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly url: string; readonly functionName: string };
  }[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

/** Where the time of a thread went. */
export interface Share {
  /** A package, a room of the service, or a part of Node. */
  readonly where: string;
  /** Milliseconds. */
  readonly ms: number;
}

/**
 * What the profiles in a folder (`--cpu-prof`) say of the last `ms` milliseconds of the threads of one process; idle time
 * is left out.
 */
export function readProfiles(folder: string, pid: number, ms: number): Share[][] {
  return readdirSync(folder)
    .filter((name) => name.includes(`.${pid}.`))
    .sort()
    .map((name) => sharesOf(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile, ms));
}

function sharesOf({ nodes, samples, timeDeltas }: Profile, last: number): Share[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const sums = new Map<string, number>();
  let left = timeDeltas.reduce((sum, delta) => sum + delta, 0) / 1_000;
  samples.forEach((id, index) => {
    left -= (timeDeltas[index] ?? 0) / 1_000;
    if (left > last) return;
    const place = places.get(id) ?? '';
    sums.set(place, (sums.get(place) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  });
  sums.delete('(idle)');
  return [...sums].map(([where, ms]) => ({ where, ms })).sort((a, b) => b.ms - a.ms);
}

function placeOf({ url, functionName }: Profile['nodes'][number]['callFrame']): string {
  if (functionName === '(idle)' || functionName === '(garbage collector)') return functionName;
  const found =
    /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url) ??
    /\/((?:src\/[a-z-]+|workflows|activities))\//.exec(url) ??
    /(workflow-bundle)/.exec(url);
  if (found?.[1] !== undefined) return found[1];
  if (url.startsWith('node:')) return 'node';
  return url.includes('evalmachine') ? 'workflow sandbox' : 'native code';
}
