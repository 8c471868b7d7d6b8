/** A text of ClickHouse. Whatever it holds stays inside the quotes. */
export const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A name of ClickHouse in double quotes. Whatever it holds stays inside them. */
export const identifier = (name: string): string => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** `errorCode` as the columns spell it: `error_code`. */
export const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A part of a script, between two comments that name it. */
export const section = (name: string, ...statements: readonly string[]): string =>
  [`-- ${name} --`, ...(statements.length === 0 ? [] : [statements.join('\n\n')]), `-- ${name} --`].join('\n');
