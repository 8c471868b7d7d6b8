import { stringify } from 'yaml';
import { describeApi } from '../openapi/document.ts';
import type { Route } from '../route.ts';

/** The OpenAPI document of `routes`, on the paths of the original (contract 11.1). It describes them, not itself. */
export function documentRoutes(routes: readonly Route[]): readonly Route[] {
  const json = once(() => JSON.stringify(describeApi(routes)));
  // Without aliases, which not every reader of YAML knows.
  const yaml = once(() => stringify(describeApi(routes), { aliasDuplicateObjects: false }));
  return [
    documentRoute('/v3/api-docs', 'redress.openapi.json', 'application/json', json),
    documentRoute('/v3/api-docs.yaml', 'redress.openapi.yaml', 'application/vnd.oai.openapi', yaml),
  ];
}

function documentRoute(path: string, operationId: string, type: Route['produces'][0], text: () => string): Route {
  return {
    method: 'get',
    path,
    operationId,
    summary: 'The OpenAPI document',
    tag: 'redress',
    produces: [type],
    mismatch: 'explained',
    body: null,
    answer: { type: 'object' },
    handle: () => ({ kind: 'text', contentType: type, text: text() }),
  };
}

/** Made when it is asked for first. */
function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}
