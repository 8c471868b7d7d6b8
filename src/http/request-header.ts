import type { Request } from 'express';

/** The value of the first of these headers that is there and not blank; blank where none is. */
export function headerText(request: Request, ...names: readonly [string, ...string[]]): string {
  for (const name of names) {
    const value = request.get(name) ?? '';
    if (value !== '') return value;
  }
  return '';
}
