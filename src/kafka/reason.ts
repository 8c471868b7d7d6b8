/** The errors at the bottom of one of the library, which holds those of its tries, which hold those of the brokers. */
function leaves(error: unknown): unknown[] {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(leaves);
  if (error instanceof Error && error.cause instanceof Error) return leaves(error.cause);
  return [error];
}

/** The name that Kafka's protocol has for an error of a broker. */
const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'apiId' in error && typeof error.apiId === 'string' ? error.apiId : null;

/** Whether a connection failed, rather than a broker said so: by the library's code, or as an error of the system. */
const isUnreached = (error: unknown): boolean =>
  error instanceof Error && ('syscall' in error || ('code' in error && error.code === 'PLT_KFK_NETWORK'));

/** What to say before anything is known. */
export const NO_ANSWER_YET = 'The brokers of KAFKA_BROKERS have not answered yet.';

/** What went wrong with Kafka, for a person: each reason once. */
export function kafkaReason(error: unknown): string {
  const all = leaves(error);
  const texts = all.map((leaf) => {
    const message = leaf instanceof Error ? leaf.message : String(leaf);
    const code = codeOf(leaf);
    return code === null ? message : `${code}: ${message}`;
  });
  const text = [...new Set(texts)].join(' ');
  if (!all.every(isUnreached)) return text;
  return `Kafka does not answer (${text}): are the brokers of KAFKA_BROKERS up, and the addresses that they advertise within reach?`;
}

/** The names that Kafka's protocol has for what went wrong; none where no broker answered. */
export function kafkaErrorCodes(error: unknown): readonly string[] {
  return leaves(error).flatMap((leaf) => codeOf(leaf) ?? []);
}
