import type { Answer } from '../answer.ts';
import { COSID } from '../id-generators.ts';
import { pathValue } from '../ids.ts';
import { STRING, mapOf, ref } from '../openapi/schema.ts';
import type { Response } from '../openapi/types.ts';
import { RequestError } from '../request-error.ts';
import type { Exchange, Route } from '../route.ts';
import { healthOfPath, wholeHealth } from './health.ts';

const BASE = '/actuator';

const ACTUATOR = {
  method: 'get',
  tag: 'Actuator',
  produces: [
    'application/vnd.spring-boot.actuator.v3+json',
    'application/vnd.spring-boot.actuator.v2+json',
    'application/json',
  ],
  mismatch: 'explained',
  body: null,
  answer: { type: 'object' },
} as const;

/** The answer of a service or a component that is not well. */
const UNWELL: Response = {
  description: 'DOWN or OUT_OF_SERVICE',
  content: Object.fromEntries(ACTUATOR.produces.map((type) => [type, { schema: ACTUATOR.answer }])),
};

/** There is no generator of that name, or it does not make what is asked of it. */
const UNKNOWN: Route['responses'] = { 400: 'wow.BadRequest', 503: 'wow.ServiceUnavailable' };

/** An endpoint and the name of its link. */
interface Endpoint extends Route {
  readonly link: string;
}

/** The endpoints in the order in which their links are listed. */
const ENDPOINTS: readonly Endpoint[] = [
  {
    ...endpoint('cosid-name', '/cosid/{name}', 'getStat', (exchange, { idGenerators }) =>
      json(exchange, idGenerators.stat(nameOf(exchange))),
    ),
    responses: UNKNOWN,
  },
  {
    ...endpoint('cosid-name', '/cosid/{name}', 'remove', (exchange, { idGenerators }) =>
      json(exchange, idGenerators.remove(nameOf(exchange))),
    ),
    method: 'delete',
    responses: UNKNOWN,
  },
  endpoint('cosid', '/cosid', 'stat', (exchange, { idGenerators }) => json(exchange, idGenerators.stats())),
  {
    ...endpoint('cosidGenerator-name', '/cosidGenerator/{name}', 'generate', (exchange, { idGenerators }) =>
      idGenerators.nextNumber(nameOf(exchange)),
    ),
    responses: UNKNOWN,
  },
  {
    ...endpoint('cosidGenerator', '/cosidGenerator', 'shareGenerate', () => {
      throw new RequestError(
        'BadRequest',
        `There is no shared generator of numbers: GET ${BASE}/cosidStringGenerator gives an id as text.`,
      );
    }),
    responses: UNKNOWN,
  },
  {
    ...endpoint('cosidStringGenerator-name', '/cosidStringGenerator/{name}', 'generateAsString', (exchange, deps) =>
      text(exchange, deps.idGenerators.next(nameOf(exchange))),
    ),
    answer: STRING,
    responses: UNKNOWN,
  },
  // The original has no generator for this one and fails; the only one there is serves better.
  {
    ...endpoint(
      'cosidStringGenerator',
      '/cosidStringGenerator',
      'shareGenerateAsString',
      (exchange, { idGenerators }) => text(exchange, idGenerators.next(COSID)),
    ),
    answer: STRING,
  },
  { ...endpoint('health', '/health', 'health_1', wholeHealth), responses: { 503: UNWELL } },
  {
    ...endpoint('health-path', '/health/{*path}', 'health', healthOfPath),
    // What is not even the name of a group is a mistake of the caller.
    responses: { 400: 'wow.BadRequest', 404: { description: 'There is no such component' }, 503: UNWELL },
  },
];

/** How the service is doing, and where its ids come from (contract section 10). */
export const ACTUATOR_ROUTES: readonly Route[] = [
  {
    ...ACTUATOR,
    path: BASE,
    operationId: 'links',
    summary: 'Actuator root web endpoint',
    answer: mapOf(ref('compensation.StringLinkMap')),
    handle: (exchange) => json(exchange, { _links: links(exchange) }),
  },
  ...ENDPOINTS,
];

function endpoint(link: string, path: string, operationId: string, handle: Route['handle']): Endpoint {
  return { ...ACTUATOR, link, path: BASE + path, operationId, summary: `Actuator web endpoint '${link}'`, handle };
}

/** Where the endpoints are for this caller. */
function links({ request }: Exchange): Record<string, { href: string; templated: boolean }> {
  const base = `${request.protocol}://${request.get('Host') ?? ''}`;
  const paths = [['self', BASE], ...ENDPOINTS.map(({ link, path }) => [link, path])] as const;
  return Object.fromEntries(
    paths.map(([link = '', path = '']) => [link, { href: base + path, templated: path.includes('{') }]),
  );
}

const nameOf = ({ request }: Exchange): string => pathValue(request, 'name');

const json = ({ produced }: Exchange, body: unknown): Answer => ({
  kind: 'json',
  status: 200,
  body,
  errorCode: null,
  contentType: produced,
});

/** A bare id, although the media type promises JSON: so does the original (contract 10.10). */
const text = ({ produced }: Exchange, id: string): Answer => ({
  kind: 'text',
  contentType: `${produced};charset=UTF-8`,
  text: id,
});
