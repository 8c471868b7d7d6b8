import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Report } from './targets-file-error.ts';
import type { HttpEntry } from './targets-schema.ts';
import { readValue, type ValueSources } from './value-source.ts';

/** Set by every delivery, or by HTTP itself. */
const RESERVED: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'date',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);
const RESERVED_PREFIX = /^(content|proxy|redress|webhook)-/;

/** The headers of a target, names in lower case; what cannot be sent is reported and left out. */
export async function readHeaders(
  entries: HttpEntry['headers'],
  sources: ValueSources,
  report: Report,
): Promise<Readonly<Record<string, string>>> {
  const headers = new Map<string, string>();
  for (const [name, source] of Object.entries(entries)) {
    const complain = (text: string): void => {
      report(['headers', name], text);
    };
    const key = name.toLowerCase();
    const problem = headers.has(key) ? 'stands here twice: names are the same in any letter case' : nameProblem(key);
    if (problem !== null) complain(problem);
    const value = await readValue(source, sources, complain);
    if (value === undefined || problem !== null) continue;
    if (passes(validateHeaderValue, key, value)) headers.set(key, value);
    else complain('has a value that no header can hold, such as line breaks or letters beyond Latin-1');
  }
  return Object.fromEntries(headers);
}

function nameProblem(key: string): string | null {
  if (!passes(validateHeaderName, key)) return 'is no name of a header';
  return RESERVED.has(key) || RESERVED_PREFIX.test(key) ? 'is set by the delivery itself: leave it out' : null;
}

function passes<Args extends unknown[]>(check: (...args: Args) => void, ...args: Args): boolean {
  try {
    check(...args);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
