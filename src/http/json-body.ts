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
  // A body that does not say what it is counts as a stream of bytes (contract 1.2).
  const { type, subtype } = parseMediaRange(contentType ?? 'application/octet-stream');
  if (type !== 'application' || (subtype !== 'json' && !subtype.endsWith('+json'))) {
    throw new RequestError(
      'UnsupportedMediaType',
      `Content type '${type}/${subtype}' is not supported: send application/json.`,
    );
  }
  if (isDeeperThan(text, MAX_DEPTH)) throw undecodable(`It is nested deeper than ${MAX_DEPTH} levels.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw undecodable(error.message);
    throw error;
  }
}

/** The error for a body that is no JSON, or not the JSON that is wanted (contract 1.7). */
export function undecodable(reason: string): RequestError {
  return new RequestError('IllegalArgument', '400 BAD_REQUEST "Failed to read HTTP message"', [
    { name: 'body', msg: `JSON decoding error: ${reason}` },
  ]);
}

function isDeeperThan(json: string, limit: number): boolean {
  let depth = 0;
  let inText = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json.charAt(index);
    if (inText) {
      if (character === '\\') index += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > limit) return true;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return false;
}
