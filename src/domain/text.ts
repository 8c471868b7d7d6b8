/** Text as Postgres can store it: U+0000 and unpaired surrogates become U+FFFD. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** The beginning of a well-formed text, ended by an ellipsis where it had more than `limit` bytes of UTF-8. */
export function cutEnd(text: string, limit: number): string {
  if (fits(text, limit)) return text;
  return `${head(Buffer.from(text), limit - Buffer.byteLength(ELLIPSIS))}${ELLIPSIS}`;
}

/**
 * Beginning and end of a well-formed text that has more than `limit` bytes of UTF-8, with a line between them that says
 * how much is missing: a stack trace names the failure at its top and the root cause at its end.
 */
export function cutMiddle(text: string, limit: number): string {
  if (fits(text, limit)) return text;
  const bytes = Buffer.from(text);
  const room = limit - Buffer.byteLength(missing(bytes.length));
  const begin = head(bytes, Math.floor(room * HEAD_SHARE));
  const end = tail(bytes, room - Buffer.byteLength(begin));
  return `${begin}${missing(bytes.length - Buffer.byteLength(begin) - Buffer.byteLength(end))}${end}`;
}

const ELLIPSIS = '…';
const HEAD_SHARE = 0.75;
/** UTF-8 takes at most so many bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

const missing = (bytes: number): string => `\n… ${bytes} bytes are left out here …\n`;

const fits = (text: string, limit: number): boolean =>
  text.length * MAX_BYTES_PER_UNIT <= limit || Buffer.byteLength(text) <= limit;

/** The first `size` bytes, less those of a character that they would split. */
function head(bytes: Buffer, size: number): string {
  let end = size;
  while (isContinuation(bytes[end])) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** The last `size` bytes, less those of a character that they would split. */
function tail(bytes: Buffer, size: number): string {
  let start = bytes.length - size;
  while (isContinuation(bytes[start])) start += 1;
  return bytes.toString('utf8', start);
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;
