import { parseMediaRange } from './media-type.ts';
import { RequestError } from './request-error.ts';

/** Deeper JSON is refused, as the original's reader does: everything that walks it may do so by recursion. */
const MAX_DEPTH = 1_000;

/**
 * Decodes the body of a request; undefined where there is none.
 * @throws RequestError `UnsupportedMediaType`, or `IllegalArgument` as contract 1.8 has it
 */
export function decodeJson(text: string, contentType: string | undefined): unknown {
  if (text.trim() === '') return undefined;
  // What nearly everybody sends need not be parsed.
  if (contentType !== 'application/json') checkContentType(contentType);
  if (hasMore(text, MAX_DEPTH) && isDeeperThan(text, MAX_DEPTH))
    throw undecodable(`It is nested deeper than ${MAX_DEPTH} levels.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw undecodable(error.message);
    throw error;
  }
}

/** @throws RequestError where it does not say that it is JSON; what says nothing counts as a stream of bytes (contract 1.2) */
function checkContentType(contentType = 'application/octet-stream'): void {
  const { type, subtype } = parseMediaRange(contentType);
  if (type === 'application' && (subtype === 'json' || subtype.endsWith('+json'))) return;
  throw new RequestError(
    'UnsupportedMediaType',
    `Content type '${type}/${subtype}' is not supported: send application/json.`,
  );
}

/** The error for a body that is no JSON, or not the JSON that is wanted (contract 1.7). */
export function undecodable(reason: string): RequestError {
  return new RequestError('IllegalArgument', '400 BAD_REQUEST "Failed to read HTTP message"', [
    { name: 'body', msg: `JSON decoding error: ${reason}` },
  ]);
}

/** Whether there are more opening brackets than `limit`, in texts too: a look that costs next to nothing. */
function hasMore(json: string, limit: number): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = json.indexOf(bracket); at !== -1 && count <= limit; at = json.indexOf(bracket, at + 1)) count += 1;
  }
  return count > limit;
}

/** Looks at brackets only, so that it need not walk what may be too deep to walk. */
function isDeeperThan(json: string, limit: number): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    switch (json.charAt(index)) {
      case '"':
        index = endOfText(json, index);
        break;
      case '{':
      case '[':
        depth += 1;
        if (depth > limit) return true;
        break;
      case '}':
      case ']':
        depth -= 1;
    }
  }
  return false;
}

/** Where the text that begins at `start` has its closing quote; the end of `json` where it has none. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charAt(end - 1 - backslashes) === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}
