/** The stored events of a record do not follow one another (contract 1.6): somebody changed them, or some were lost. */
export class SourcingConflict extends Error {
  override readonly name = 'SourcingConflict';

  constructor(reason: string, cause?: unknown) {
    super(`The stored events do not follow one another (${reason}): restore them from a backup.`, { cause });
  }
}
