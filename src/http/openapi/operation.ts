import type { Route } from '../route.ts';
import { COMPONENTS } from './components.ts';
import { ERROR_CODE } from './responses.ts';
import { STRING, arrayOf, ref } from './schema.ts';
import type { Content, Operation, Parameter, Reference, RequestBody, Response, Schema } from './types.ts';

/** Where a route is found in a document. */
export const documentedPath = (route: Route): string => route.path.replaceAll('{*', '{');

/** Describes one route; what it shares with others is referred to by name. */
export function describeOperation(route: Route): Operation {
  const parameters = [...pathParameters(route.path), ...(route.parameters ?? []).map(describeParameter)];
  return {
    tags: [route.tag],
    summary: route.summary,
    operationId: route.operationId,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === null ? {} : { requestBody: describeBody(route, route.body) }),
    responses: describeResponses(route),
  };
}

function pathParameters(path: string): (Parameter | Reference)[] {
  return Array.from(path.matchAll(/\{(\*?)(\w+)\}/g), ([, rest, name = '']) => {
    if (Object.hasOwn(COMPONENTS.parameters, `wow.${name}`)) return component('parameters', `wow.${name}`);
    return { name, in: 'path', required: true, schema: rest === '*' ? arrayOf(STRING) : STRING };
  });
}

const describeParameter = (parameter: string | Parameter): Parameter | Reference =>
  typeof parameter === 'string' ? component('parameters', parameter) : parameter;

function describeBody(route: Route, body: NonNullable<Route['body']>): RequestBody | Reference {
  if (typeof body !== 'string') return body;
  if (Object.hasOwn(COMPONENTS.requestBodies, body)) return component('requestBodies', body);
  return { description: route.summary, content: { 'application/json': { schema: ref(body) } } };
}

function describeResponses(route: Route): Operation['responses'] {
  const others = Object.entries(route.responses ?? {}).map(([status, response]): [number, Response | Reference] => [
    Number(status),
    typeof response === 'string' ? component('responses', response) : response,
  ]);
  const good = others.some(([status]) => status < 300) ? {} : { 200: goodResponse(route) };
  const ofBody =
    route.body === null
      ? {}
      : { 413: component('responses', 'wow.PayloadTooLarge'), 415: component('responses', 'wow.UnsupportedMediaType') };
  const ofMismatch =
    route.mismatch === 'unknown'
      ? { 404: component('responses', 'wow.NotFound') }
      : { 406: component('responses', 'wow.NotAcceptable') };
  return { ...good, ...ofBody, ...ofMismatch, ...Object.fromEntries(others) };
}

function goodResponse({ summary, tag, answer, produces }: Route): Response | Reference {
  if (typeof answer === 'string' && Object.hasOwn(COMPONENTS.responses, answer)) return component('responses', answer);
  if (answer === null) return { description: summary };
  const content: Content = Object.fromEntries(
    produces.map((type) => [type, { schema: type === 'text/event-stream' ? frameOf(answer) : schemaOf(answer) }]),
  );
  return { description: summary, ...(tag === 'compensation.execution_failed' ? { headers: ERROR_CODE } : {}), content };
}

/** A name, with `[]` behind it for a list of such; or the schema itself. */
function schemaOf(described: string | Schema): Schema {
  if (typeof described !== 'string') return described;
  return described.endsWith('[]') ? arrayOf(ref(described.slice(0, -2))) : ref(described);
}

/** What a list looks like frame by frame. */
const frameOf = (described: string | Schema): Schema =>
  typeof described === 'string' && described.endsWith('[]')
    ? arrayOf(ref(`${described.slice(0, -2)}ServerSentEventNonNullData`))
    : schemaOf(described);

const component = (kind: string, name: string): Reference => ({ $ref: `#/components/${kind}/${name}` });
