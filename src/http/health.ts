/** How one part is doing, in the words of Spring Boot's actuator (contract 10.2). */
export interface HealthComponent {
  readonly status: HealthStatus;
  /** Left out where there is nothing to say. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type HealthStatus = 'DOWN' | 'OUT_OF_SERVICE' | 'UP' | 'UNKNOWN';

export type HealthCheck = () => Promise<HealthComponent>;

/** The parts by name. The two that are always there answer Kubernetes' questions. */
export type HealthChecks = Readonly<Record<string, HealthCheck>> & {
  readonly livenessState: HealthCheck;
  readonly readinessState: HealthCheck;
};

export interface Health {
  readonly components: Readonly<Record<string, HealthComponent>>;
  readonly status: HealthStatus;
}

/** Milliseconds after which a check that does not answer counts as DOWN. */
const TIMEOUT = 2_000;

/** The first that occurs speaks for the whole. */
const SEVERITY: readonly HealthStatus[] = ['DOWN', 'OUT_OF_SERVICE', 'UP', 'UNKNOWN'];

/** How all parts are doing, in the order of their names. */
export async function checkHealth(checks: HealthChecks): Promise<Health> {
  const names = Object.keys(checks).sort();
  const components = await Promise.all(names.map((name) => checkComponent(checks, name)));
  return {
    components: Object.fromEntries(names.flatMap((name, index) => pair(name, components[index]))),
    status: SEVERITY.find((status) => components.some((component) => component?.status === status)) ?? 'UNKNOWN',
  };
}

/** How one part is doing; null: there is none of that name. */
export async function checkComponent(checks: HealthChecks, name: string): Promise<HealthComponent | null> {
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (check === undefined) return null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthComponent>((resolve) => {
    timer = setTimeout(() => {
      resolve(down(`no answer within ${TIMEOUT} ms`));
    }, TIMEOUT);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return down(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}

const down = (error: string): HealthComponent => ({ status: 'DOWN', details: { error } });

const pair = <Value>(name: string, value: Value | null | undefined): [string, Value][] =>
  value === null || value === undefined ? [] : [[name, value]];
