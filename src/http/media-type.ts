import { MIMEType } from 'node:util';
import { illegalArgument } from './request-error.ts';

/** A media type or media range as a header names it, in lower case. */
export interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  /** 0 to 1; what `q` says, else 1. */
  readonly quality: number;
}

const QUALITY = /^(?:0?\.\d+|0\.?|1(?:\.0*)?)$/;

/** Reads one media type or range. @throws RequestError where it is none, as the original does */
export function parseMediaRange(text: string): MediaRange {
  // Java's HttpURLConnection sends a bare asterisk.
  const mime = parse(text.startsWith('*') && !text.startsWith('*/') ? `*/*${text.slice(1)}` : text);
  const quality = mime?.params.get('q') ?? '1';
  if (mime === null || !QUALITY.test(quality)) {
    throw illegalArgument(`Invalid mime type "${text}"${text.includes('/') ? '' : ": does not contain '/'"}`);
  }
  return { type: mime.type, subtype: mime.subtype, quality: Number(quality) };
}

function parse(text: string): MIMEType | null {
  try {
    return new MIMEType(text);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
