import type { Entry } from '../src/domain/index.ts';

const MAX_BATCH = 32;
/** Characters of JSON in one batch, so that a local activity's arguments stay far below Temporal's limits. */
const MAX_BATCH_SIZE = 512 * 1024;

/** Takes the oldest entries out of the inbox: as many as one `handle` may decide, but at least one. */
export function takeBatch(inbox: Entry[]): Entry[] {
  let size = 0;
  let count = 0;
  for (const entry of inbox.slice(0, MAX_BATCH)) {
    size += JSON.stringify(entry).length;
    if (count > 0 && size > MAX_BATCH_SIZE) break;
    count += 1;
  }
  return inbox.splice(0, count);
}
