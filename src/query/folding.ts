/** What folds beyond ASCII, and into what: as pairs, and as two texts of equal length in characters. */
export interface Folding {
  readonly pairs: ReadonlyMap<string, string>;
  readonly from: string;
  readonly to: string;
}

/** Beyond it no script has case. */
const LAST_CASED = 0x1_ef_ff;
const LAST_ASCII = 0x7f;

let known: Folding | undefined;

/**
 * Simple Unicode case folding, character by character, as a regular expression of the original's store ignores case.
 * Made once from the rules of the runtime; Postgres gets it as parameters, since what its own functions fold depends on
 * the locale of the database.
 */
export function folding(): Folding {
  known ??= makeFolding();
  return known;
}

/** A text folded as `folding` says, ASCII included. */
export function fold(text: string): string {
  const { pairs } = folding();
  const lower = text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return lower.replaceAll(/[^\0-\x7f]/gu, (letter) => pairs.get(letter) ?? letter);
}

function makeFolding(): Folding {
  const pairs = new Map<string, string>();
  for (let code = LAST_ASCII + 1; code <= LAST_CASED; code += 1) {
    const letter = String.fromCodePoint(code);
    const folded = foldOne(letter);
    if (folded !== letter) pairs.set(letter, folded);
  }
  return { pairs, from: [...pairs.keys()].join(''), to: [...pairs.values()].join('') };
}

/** Upper case first brings variants of a letter together, such as the two small sigmas. */
function foldOne(letter: string): string {
  const upper = single(letter, letter.toUpperCase());
  const folded = single(upper, upper.toLowerCase());
  if (folded === letter) return letter;
  // A few pairs are one letter in another language only, such as the dotless i.
  return new RegExp(`^${letter}$`, 'iu').test(folded) ? folded : letter;
}

/** The change, unless it is more than one character. */
const single = (letter: string, changed: string): string => (Array.from(changed).length === 1 ? changed : letter);
