import type { CommandResult } from '../../src/gateway/index.ts';

/** One server-sent event of a command. */
export interface CommandFrame {
  readonly event: string;
  readonly data: CommandResult;
}

/** The frames of an answer, each as soon as it has arrived. */
export async function* framesOf(response: Response): AsyncGenerator<CommandFrame, void> {
  if (response.body === null) throw new Error('the answer has no body');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    yield* frames.map(parseFrame);
  }
}

/** The next frame. @throws Error where the stream has ended */
export async function nextFrame(frames: AsyncGenerator<CommandFrame, void>): Promise<CommandFrame> {
  const { value } = await frames.next();
  if (value === undefined) throw new Error('the stream has ended');
  return value;
}

function parseFrame(frame: string): CommandFrame {
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(frame)?.[1] ?? '';
  return { event: field('event'), data: JSON.parse(field('data')) as CommandResult };
}
