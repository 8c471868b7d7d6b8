/** One document of an input as text, or why what stands there is none. */
export type Piece =
  | { readonly place: string; readonly text: string }
  | { readonly place: string; readonly text: null; readonly reason: string };

/** What does not spell what it says, e.g. Latin-1, must not be stored as something else. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of some bytes; null: they are not UTF-8. */
export function readText(bytes: Buffer): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** Why there is no document in bytes of which {@link readText} makes nothing. */
export const NOT_UTF8 = 'It is not UTF-8: export it again, or convert the file, e.g. with iconv.';
