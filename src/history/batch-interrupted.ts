/** Postgres did not get on with a batch; its cause says how. The message says how far the batch had come. */
export class BatchInterrupted extends Error {
  override readonly name = 'BatchInterrupted';

  constructor({ afterId, size }: { readonly afterId: string; readonly size: number }, cause: unknown) {
    super(`The batch has processed ${size} records: go on after [${afterId}].`, { cause });
  }
}
