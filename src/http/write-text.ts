import { gzip } from 'node:zlib';
import type { Response } from 'express';

/** Characters below which compressing is not worth its time; the original's limit. */
const MIN_COMPRESSED = 2_048;

/** Ends a response with a text, compressed where that is worth it and the caller takes it (contract 11.4). */
export function writeText(response: Response, status: number, contentType: string, text: string): void {
  if (text.length < MIN_COMPRESSED || response.req.acceptsEncodings(['gzip', 'identity']) !== 'gzip') {
    response.writeHead(status, { 'Content-Type': contentType }).end(text);
    return;
  }
  gzip(text, (error, compressed) => {
    if (error !== null) {
      response.writeHead(status, { 'Content-Type': contentType }).end(text);
      return;
    }
    response
      .writeHead(status, {
        'Content-Type': contentType,
        'Content-Encoding': 'gzip',
        'Content-Length': compressed.length,
      })
      .end(compressed);
  });
}
