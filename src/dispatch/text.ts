const EXCERPT_LENGTH = 300;

/** Text as Postgres can store it: U+0000 and unpaired surrogates become U+FFFD. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** The beginning of a text on one line, at most 300 characters. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 4 * EXCERPT_LENGTH)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return storableText(line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH)}…` : line);
}
