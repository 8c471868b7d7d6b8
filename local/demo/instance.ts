import { setTimeout as sleep } from 'node:timers/promises';
import type { DataFolder } from '../data-folder.ts';
import { demoEnvironment } from './environment.ts';
import { type DemoService, startDemoService } from './service.ts';
import { LocalError } from '../local-error.ts';
import { type Say, seconds } from '../log.ts';
import { choosePort } from '../ports.ts';
import { provide } from '../provision.ts';
import type { StopSignals } from '../stop-signals.ts';

/** Milliseconds from the start of the service until it is connected to everything. */
const HEALTHY_WITHIN = 60_000;
const HEALTH_INTERVAL = 100;

/** An instance of Redress of the demo's own: Postgres, Temporal and the service. */
export interface DemoInstance {
  /** The address of its API. */
  readonly url: string;
  /** The address of its Temporal Web UI. */
  readonly uiUrl: string;
  /** Aborted with a LocalError when the service has ended. */
  readonly lost: AbortSignal;
  /** Stops everything that was started. */
  stop(): Promise<void>;
}

export interface DemoInstanceOptions extends StopSignals {
  readonly folder: DataFolder;
  readonly say: Say;
  /** What the service gets beside its usual settings. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Starts an instance in the data folder and waits until it is healthy.
 * @throws LocalError when it does not come up, or the reason of `stopping`; nothing is left running then
 */
export async function startDemoInstance(options: DemoInstanceOptions): Promise<DemoInstance> {
  const { folder, say, settings, stopping, hurry } = options;
  const env = demoEnvironment(process.env, folder.file('no-profiles.toml'));
  const provision = await provide({ folder, say, env, stopping, hurry });
  let service: DemoService | null = null;
  const stop = async (): Promise<void> => {
    await service?.stop(hurry);
    await provision.stop();
  };
  try {
    if (provision.temporal === null) throw new Error('the Temporal of the demo is always its own');
    const { uiUrl } = provision.temporal;
    const port = await choosePort(folder, 'api', { variable: 'PORT', value: undefined }, say);
    stopping.throwIfAborted();
    const started = performance.now();
    service = startDemoService(folder, { ...env, ...provision.env, PORT: String(port), ...settings });
    const lost = new AbortController();
    service.ended.catch((reason: unknown) => {
      lost.abort(reason);
    });
    const url = await untilHealthy(service, stopping);
    say(`Redress serves (after ${seconds(performance.now() - started)}).`);
    return { url, uiUrl, lost: lost.signal, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilHealthy({ listening, ended }: DemoService, stopping: AbortSignal): Promise<string> {
  const url = await Promise.race([listening, ended, sleep(HEALTHY_WITHIN, null, { signal: stopping, ref: false })]);
  if (url === null) throw new LocalError('The service does not start: see its log in the data folder.');
  const until = performance.now() + HEALTHY_WITHIN;
  for (;;) {
    const health = await Promise.race([fetch(`${url}/actuator/health`, { signal: stopping }), ended]);
    const text = await health.text();
    if (health.ok) return url;
    if (performance.now() > until) throw new LocalError(`The service does not become healthy: ${text}`);
    await sleep(HEALTH_INTERVAL, undefined, { signal: stopping });
  }
}
