/** The errors at the bottom of one of the library, which holds those of its tries, which hold those of the brokers. */
function leaves(error: unknown): unknown[] {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(leaves);
  if (error instanceof Error && error.cause instanceof Error) return leaves(error.cause);
  return [error];
}

/** The name that Kafka's protocol has for an error of a broker. */
const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'apiId' in error && typeof error.apiId === 'string' ? error.apiId : null;

/** What went wrong with Kafka, for a person: each reason once. */
export function kafkaReason(error: unknown): string {
  const texts = leaves(error).map((leaf) => {
    const message = leaf instanceof Error ? leaf.message : String(leaf);
    const code = codeOf(leaf);
    return code === null ? message : `${code}: ${message}`;
  });
  return [...new Set(texts)].join(' ');
}

/** The names that Kafka's protocol has for what went wrong; none where no broker answered. */
export function kafkaErrorCodes(error: unknown): readonly string[] {
  return leaves(error).flatMap((leaf) => codeOf(leaf) ?? []);
}
