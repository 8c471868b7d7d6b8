/** SQL that is true or false and never null, or what is known without asking. */
export type Compiled = string | boolean;

/** True where all are. */
export function allOf(parts: readonly Compiled[]): Compiled {
  if (parts.includes(false)) return false;
  return joined(parts, ' and ') ?? true;
}

/** True where one is. */
export function anyOf(parts: readonly Compiled[]): Compiled {
  if (parts.includes(true)) return true;
  return joined(parts, ' or ') ?? false;
}

/** True where it is not. */
export function notThat(part: Compiled): Compiled {
  return typeof part === 'boolean' ? !part : `not ${part}`;
}

function joined(parts: readonly Compiled[], by: string): string | undefined {
  const open = [...new Set(parts.filter((part) => typeof part === 'string'))];
  return open.length > 1 ? `(${open.join(by)})` : open[0];
}
