/** Text as Postgres can store it: U+0000 and unpaired surrogates become U+FFFD. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
