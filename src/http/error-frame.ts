import { NoMachineId } from '../store/index.ts';
import type { HttpDeps } from './deps.ts';
import { failureOf } from './failure.ts';
import type { Frame } from './frame.ts';

/** The last frame of a stream that failed (contract 2.5); without an id while this process cannot make one. */
export function errorFrame(error: unknown, { gateway, log }: Pick<HttpDeps, 'gateway' | 'log'>): Frame {
  const { info } = failureOf(error, log);
  const frame = { event: info.errorCode, data: info };
  try {
    return { id: gateway.nextId(), ...frame };
  } catch (noId) {
    if (noId instanceof NoMachineId) return frame;
    throw noId;
  }
}
