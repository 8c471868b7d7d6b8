import { StoreBusy } from '../store/index.ts';
import type { Frame } from './frame.ts';

type Batches = AsyncGenerator<readonly unknown[], void>;

/**
 * A frame with data only for every document; an error is the last frame (query contract 1.2). The first batch is read
 * before this resolves, so that a stream for which there is no room is refused as any other request is, and can be
 * repeated when `Retry-After` says so.
 * @throws StoreBusy
 */
export async function documentFrames(
  batches: Batches,
  errorFrame: (error: unknown) => Frame,
): Promise<AsyncIterable<Frame> | Iterable<Frame>> {
  try {
    return follow(await batches.next(), batches, errorFrame);
  } catch (error) {
    if (error instanceof StoreBusy) throw error;
    return [errorFrame(error)];
  }
}

async function* follow(
  first: IteratorResult<readonly unknown[], void>,
  batches: Batches,
  errorFrame: (error: unknown) => Frame,
): AsyncGenerator<Frame> {
  try {
    for (let next = first; next.done !== true; next = await batches.next()) {
      for (const data of next.value) yield { data };
    }
  } catch (error) {
    yield errorFrame(error);
  } finally {
    await batches.return();
  }
}
