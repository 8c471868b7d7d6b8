import { COMPONENTS } from './components.ts';
import type { Components, PathItem } from './types.ts';

const REFERENCE = /^#\/components\/(schemas|responses|parameters|requestBodies|headers)\/(.+)$/;

/** Of all components those that `paths` leads to, by whatever way. @throws Error for a reference that leads nowhere */
export function usedComponents(paths: Readonly<Record<string, PathItem>>): Components {
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('$ref' in part && typeof part.$ref === 'string' && !used.has(part.$ref)) {
      used.add(part.$ref);
      visit(lookUp(part.$ref));
    }
    Object.values(part).forEach(visit);
  };
  visit(paths);
  const keep = <Part>(kind: keyof Components, parts: Readonly<Record<string, Part>>): Record<string, Part> =>
    Object.fromEntries(Object.entries(parts).filter(([name]) => used.has(`#/components/${kind}/${name}`)));
  return {
    schemas: keep('schemas', COMPONENTS.schemas),
    responses: keep('responses', COMPONENTS.responses),
    parameters: keep('parameters', COMPONENTS.parameters),
    requestBodies: keep('requestBodies', COMPONENTS.requestBodies),
    headers: keep('headers', COMPONENTS.headers),
  };
}

function lookUp(reference: string): unknown {
  const [, kind = '', name = ''] = REFERENCE.exec(reference) ?? [];
  const parts = Object.hasOwn(COMPONENTS, kind) ? COMPONENTS[kind as keyof Components] : {};
  if (!Object.hasOwn(parts, name)) throw new Error(`The OpenAPI document refers to ${reference}, which there is not.`);
  return parts[name];
}
