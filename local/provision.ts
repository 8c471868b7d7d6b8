import { loadClientConfigProfile } from '@temporalio/envconfig';
import { LocalError } from './local-error.ts';
import type { ServerContext } from './managed-server.ts';
import { type LocalPostgres, startPostgres } from './postgres.ts';
import { setting } from './settings.ts';
import { type LocalTemporal, startTemporal } from './temporal.ts';

export interface ProvideOptions extends Partial<Pick<ServerContext, 'hurry' | 'stopping'>> {
  readonly folder: ServerContext['folder'];
  readonly say: ServerContext['say'];
  /** Where settings are looked up; the environment of this process by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Whether a commit in Postgres survives a crash of the whole machine; tests do without. On by default. */
  readonly durable?: boolean;
}

/** Postgres and Temporal for one instance of the service. */
export interface Provision {
  /** What the service needs in its environment to reach them. */
  readonly env: Readonly<Record<string, string>>;
  /** Null where DATABASE_URL names another one. */
  readonly postgres: LocalPostgres | null;
  /** Null where the environment or a profile of the Temporal CLI names another one. */
  readonly temporal: LocalTemporal | null;
  /** Stops what was started: Temporal, then Postgres. */
  stop(): Promise<void>;
}

/**
 * Provides Postgres and Temporal: the ones that the environment names, else servers of our own in the data folder.
 * @throws LocalError when one cannot be had; nothing is left running then
 */
export async function provide(options: ProvideOptions): Promise<Provision> {
  const { folder, say, env = process.env, durable = true } = options;
  const never = new AbortController().signal;
  const failure = new AbortController();
  const stopping = AbortSignal.any([options.stopping ?? never, failure.signal]);
  const context = { folder, say, env, durable, stopping, hurry: options.hurry ?? never };
  // Where one cannot be had, the other is called off; the first reason counts.
  const callOff = (reason: unknown): null => {
    failure.abort(reason);
    return null;
  };
  const usesOwnTemporal = !namesTemporal(env);
  const [postgres, temporal] = await Promise.all([
    setting(env, 'DATABASE_URL') === undefined ? startPostgres(context).catch(callOff) : null,
    usesOwnTemporal ? startTemporal(context).catch(callOff) : null,
  ]);
  const stop = async () => {
    await temporal?.stop();
    await postgres?.stop();
  };
  if (failure.signal.aborted) {
    await stop();
    throw failure.signal.reason;
  }
  return {
    postgres,
    temporal,
    env: {
      ...(postgres && { DATABASE_URL: postgres.url() }),
      ...(temporal && { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_UI_URL: temporal.uiUrl }),
    },
    stop,
  };
}

/**
 * Whether the environment, or the profile of the Temporal CLI that it selects, says where Temporal is. A namespace alone
 * does not.
 * @throws LocalError when the profile cannot be read
 */
function namesTemporal(env: NodeJS.ProcessEnv): boolean {
  const variables = Object.keys(env).flatMap((name) => {
    const value = setting(env, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  try {
    const { address, apiKey, tls } = loadClientConfigProfile({ overrideEnvVars: Object.fromEntries(variables) });
    return address !== undefined || apiKey !== undefined || tls !== undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalError(`The settings of the Temporal connection (TEMPORAL_*) cannot be used: ${reason}`);
  }
}
