import type { RecordedResponse } from './recording.ts';

/** An answer as it is compared: its body is JSON, or the frames of a stream, or a text. */
export interface Answer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The headers that mean something: the recordings hold no others. */
const MEANINGFUL = /^(content-type|content-encoding|vary|location|allow|wow-.+|access-control-.+)$/;

/** Reads an answer from the wire. */
export function readAnswer({ status, headers, body }: RecordedResponse): Answer {
  const meaningful = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => MEANINGFUL.test(name));
  return { status, headers: Object.fromEntries(meaningful), body: readBody(body ?? '') };
}

function readBody(text: string): unknown {
  if (/^(id|event|data):/.test(text)) return framesOf(text).map(readFrame);
  return readJson(text);
}

/** The frames of a stream that have arrived as a whole. */
export const framesOf = (text: string): string[] => text.split('\n\n').slice(0, -1);

/** The fields of a frame by their names; its data is JSON. */
export function readFrame(frame: string): Record<string, unknown> {
  const fields = frame.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1)] as const;
  });
  return Object.fromEntries(fields.map(([name, value]) => [name, name === 'data' ? readJson(value) : value]));
}

/** A text that is no JSON stands for itself. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
