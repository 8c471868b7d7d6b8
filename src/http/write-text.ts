import type { ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';

/** Characters below which compressing is not worth its time; the original's limit. */
const MIN_COMPRESSED = 2_048;

/** Ends a response with a text, compressed where that is worth it and the caller takes it (contract 11.4). */
export function writeText(response: ServerResponse, status: number, contentType: string, text: string): void {
  const end = (body: string | Buffer): void => {
    response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) }).end(body);
  };
  if (text.length < MIN_COMPRESSED || !takesGzip(response.req.headers['accept-encoding'])) {
    end(text);
    return;
  }
  gzip(text, (error, compressed) => {
    if (error === null) response.setHeader('Content-Encoding', 'gzip');
    end(error === null ? compressed : text);
  });
}

/** Whether `Accept-Encoding` allows gzip, by its name or by an asterisk. */
function takesGzip(header: string | string[] | undefined): boolean {
  const qualities = new Map(
    [header ?? '']
      .flat()
      .join()
      .toLowerCase()
      .split(',')
      .map((entry) => {
        const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
        const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
        return [name, Number(quality)] as const;
      }),
  );
  return (qualities.get('gzip') ?? qualities.get('*') ?? 0) > 0;
}
