import type { Answer } from '../answer.ts';
import type { HttpDeps } from '../deps.ts';
import { type HealthComponent, type HealthStatus, checkComponent, checkHealth } from '../health.ts';
import { RequestError } from '../request-error.ts';
import type { Exchange } from '../route.ts';

/** Groups answer Kubernetes' probes with what one component says (contract 10.3). */
const GROUPS: Readonly<Record<string, 'livenessState' | 'readinessState'>> = {
  liveness: 'livenessState',
  readiness: 'readinessState',
};

/** An older form of the actuator's JSON, in which the components are called details. */
const V2 = 'application/vnd.spring-boot.actuator.v2+json';

/** How the whole is doing (contract 10.2). */
export async function wholeHealth({ produced }: Exchange, { health }: HttpDeps): Promise<Answer> {
  const { components, status } = await checkHealth(health);
  const described = Object.fromEntries(
    Object.entries(components).map(([name, component]) => [name, describe(component)]),
  );
  const body = { [produced === V2 ? 'details' : 'components']: described, groups: Object.keys(GROUPS), status };
  return healthAnswer(status, body, produced);
}

/** How the component or the group is doing that the path names; a blank path names the whole (contract 10.3). */
export function healthOfPath(exchange: Exchange, deps: HttpDeps): Answer | Promise<Answer> {
  const path: unknown = exchange.request.params['path'];
  const [name, ...rest] = Array.isArray(path) ? (path as string[]).filter((segment) => segment !== '') : [];
  if (name === undefined) return wholeHealth(exchange, deps);
  return rest.length === 0 ? partialHealth(name, exchange, deps) : componentOfGroup(name);
}

async function partialHealth(name: string, { produced }: Exchange, { health }: HttpDeps): Promise<Answer> {
  const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined;
  const component = await checkComponent(health, group ?? name);
  if (component === null) return { kind: 'empty', status: 404 };
  const { status } = component;
  return healthAnswer(status, group === undefined ? describe(component) : { status }, produced);
}

/** There are none to be seen; the original's answer for what is not even a group is kept. */
function componentOfGroup(name: string): Answer {
  if (Object.hasOwn(GROUPS, name)) return { kind: 'empty', status: 404 };
  throw new RequestError('IllegalState', "'contributor' must not be null");
}

const describe = ({ status, details }: HealthComponent): HealthComponent =>
  details === undefined ? { status } : { details, status };

const healthAnswer = (status: HealthStatus, body: unknown, contentType: string): Answer => ({
  kind: 'json',
  status: status === 'DOWN' || status === 'OUT_OF_SERVICE' ? 503 : 200,
  body,
  errorCode: null,
  contentType,
});
