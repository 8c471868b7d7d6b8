/** How one part is doing, in the words of Spring Boot's actuator (contract 10.2). */
export interface HealthComponent {
  readonly status: HealthStatus;
  /** Left out where there is nothing to say. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type HealthStatus = 'DOWN' | 'OUT_OF_SERVICE' | 'UP' | 'UNKNOWN';

export type HealthCheck = () => HealthComponent | Promise<HealthComponent>;

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
  const results = await Promise.all(names.map(async (name) => [name, await checkComponent(checks, name)] as const));
  const components = Object.fromEntries(
    results.filter((entry): entry is [string, HealthComponent] => entry[1] !== null),
  );
  const statuses = Object.values(components).map(({ status }) => status);
  return { components, status: SEVERITY.find((status) => statuses.includes(status)) ?? 'UNKNOWN' };
}

/** How one part is doing; null: there is none of that name. */
export async function checkComponent(checks: HealthChecks, name: string): Promise<HealthComponent | null> {
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (check === undefined) return null;
  const late = Promise.withResolvers<HealthComponent>();
  const timer = setTimeout(() => {
    late.resolve(down(`no answer within ${TIMEOUT} ms`));
  }, TIMEOUT);
  try {
    return await Promise.race([check(), late.promise]);
  } catch (error) {
    return down(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
}

const down = (error: string): HealthComponent => ({ status: 'DOWN', details: { error } });
