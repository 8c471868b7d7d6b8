import { storableText } from '../domain/index.ts';

const EXCERPT_LENGTH = 300;

/** The beginning of a text on one line, at most 300 characters. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 4 * EXCERPT_LENGTH)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return storableText(line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH)}…` : line);
}
