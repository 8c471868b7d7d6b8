import { LocalError } from '../local/local-error.ts';

/** Which figures of a benchmark are measured. */
export type Chosen = (figure: string) => boolean;

/**
 * The figures whose names have every word of `text`; all, where it is left out.
 * @throws LocalError where there are none, or where the benchmark has no parts (null)
 */
export function chooseFigures(figures: readonly string[] | null, text: string | undefined): Chosen {
  if (text === undefined) return () => true;
  if (figures === null) throw new LocalError('This benchmark is measured as a whole: leave --only out.');
  const words = wordsOf(text);
  const chosen = new Set(figures.filter((figure) => words.every((word) => wordsOf(figure).includes(word))));
  if (chosen.size === 0) throw new LocalError(`No figure is called "${text}". There are:\n  ${figures.join('\n  ')}`);
  return (figure) => chosen.has(figure);
}

const wordsOf = (text: string): string[] => text.toLowerCase().split(/\W+/).filter(Boolean);
