/** One server-sent event; a frame without data only says that the connection lives. */
export interface SseFrame {
  readonly id: string | null;
  readonly event: string | null;
  readonly data: string | null;
}

const LINE_BREAK = /\r\n|\n|\r/;

/**
 * The frames of a body, each as soon as it has come whole. Whoever stops early gives the connection back.
 * @throws what the connection breaks with
 */
export async function* readFrames(body: ReadableStream<Uint8Array>): AsyncGenerator<SseFrame, void> {
  // Not body.pipeThrough, nor iterating over it: not every runtime has both.
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let fields = new Map<string, string>();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      // A line feed that belongs to this carriage return may be still to come.
      const end = text.endsWith('\r') ? text.length - 1 : text.length;
      const lines = text.slice(0, end).split(LINE_BREAK);
      text = (lines.pop() ?? '') + text.slice(end);
      for (const line of lines) {
        if (line !== '') {
          readField(line, fields);
          continue;
        }
        if (fields.size > 0) yield toFrame(fields);
        fields = new Map();
      }
    }
  } finally {
    // What it rejects with is known from reading, or of no interest any more.
    await reader.cancel().catch(() => undefined);
  }
}

function readField(line: string, fields: Map<string, string>): void {
  const colon = line.indexOf(':');
  if (colon === 0) return;
  const name = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  const before = name === 'data' ? fields.get(name) : undefined;
  fields.set(name, before === undefined ? value : `${before}\n${value}`);
}

const toFrame = (fields: ReadonlyMap<string, string>): SseFrame => ({
  id: fields.get('id') ?? null,
  event: fields.get('event') ?? null,
  data: fields.get('data') ?? null,
});
