import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';

/** How to reach Temporal is not said rightly; the message says what to do. */
export class TemporalConfigError extends Error {
  override readonly name = 'TemporalConfigError';
}

/** Reads how to reach Temporal, from the environment and from the configuration file that Temporal's own tools read. @throws TemporalConfigError */
export function readTemporalConfig(): ClientConnectConfig {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TemporalConfigError(
      `The settings for Temporal cannot be used (${reason}). Correct the variables TEMPORAL_* or the file that TEMPORAL_CONFIG_FILE names.`,
      { cause: error },
    );
  }
}
