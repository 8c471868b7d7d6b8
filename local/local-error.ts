/** Something on this machine keeps us from running. The message is for a person and says what to do; no stack is shown. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
}
