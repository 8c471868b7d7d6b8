import metadata from '../../../package.json' with { type: 'json' };
import type { Route } from '../route.ts';
import { describeOperation, documentedPath } from './operation.ts';
import type { Document, PathItem } from './types.ts';
import { usedComponents } from './used-components.ts';

const TAGS = [
  { name: 'Actuator', description: 'Monitor and interact' },
  { name: 'compensation.execution_failed', description: 'Failed executions: commands, state, snapshots and events' },
  { name: 'wow', description: 'Wow framework internal interface' },
  { name: 'redress', description: 'What Redress has beyond the contract' },
];

/** The OpenAPI document of what `routes` answers. @throws Error where a route names a component that there is not */
export function describeApi(routes: readonly Route[]): Document {
  const paths: Record<string, PathItem> = {};
  for (const route of routes) {
    const path = documentedPath(route);
    // The original's own endpoints have a summary per path as well, those of its framework's actuator do not.
    const summary = route.tag === 'Actuator' ? {} : { summary: route.summary };
    paths[path] = { ...(paths[path] ?? summary), [route.method]: describeOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Redress',
      description: metadata.description,
      license: { name: 'Apache 2.0', identifier: metadata.license },
      version: metadata.version,
      // The release whose contract this is.
      'x-wow-version': '8.10.10',
      'x-wow-context-name': 'compensation-service',
      'x-wow-context-alias': 'compensation',
    },
    // Relative: right behind any proxy.
    servers: [{ url: '/', description: 'The server that this document came from' }],
    tags: TAGS,
    paths,
    components: usedComponents(paths),
  };
}
