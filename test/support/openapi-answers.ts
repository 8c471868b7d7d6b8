import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { ROUTES, describeApi } from '../../src/http/index.ts';

const DOCUMENT = describeApi(ROUTES);
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(DOCUMENT, 'openapi');

/** Compares an answer with what the OpenAPI document says of it. @throws Error that says what is different */
export async function compareWithDocument(method: string, path: string, answer: Response): Promise<void> {
  const text = await answer.text();
  const differ = (how: string): Error => new Error(`${method} ${path}, answered ${answer.status}: ${how}: ${text}`);
  const place = placeOf(method, path, answer.status);
  const described = valueAt(place);
  if (described === undefined) throw differ('the status is not described');
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  if (!('content' in described)) {
    if (text !== '') throw differ('nothing is described');
    return;
  }
  const validate = ajv.getSchema(`openapi${pointer([...place, 'content', type, 'schema'])}`);
  if (validate === undefined) throw differ(`${type} is not described`);
  const { type: kind } = validate.schema as { type?: string };
  for (const value of valuesOf(type, text, kind === 'array')) {
    if (validate(value) !== true) throw differ(ajv.errorsText(validate.errors));
  }
}

/** Where in the document an answer is described. */
function placeOf(method: string, path: string, status: number): string[] {
  const route = ROUTES.find((candidate) => candidate.method === method.toLowerCase() && leadsTo(candidate.path, path));
  if (route === undefined) throw new Error(`${method} ${path} is not routed`);
  const place = ['paths', route.path.replace('{*', '{'), route.method, 'responses', String(status)];
  const response = valueAt(place);
  return response !== undefined && '$ref' in response ? String(response.$ref).split('/').slice(1) : place;
}

/** Whether a template fits a path as it is sent. */
function leadsTo(template: string, path: string): boolean {
  const pattern = template.replaceAll(/\{\*\w+\}/g, '.*').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path.split('?')[0] ?? '');
}

function valueAt(place: readonly string[]): object | undefined {
  let value: unknown = DOCUMENT;
  for (const key of place) value = (value as Record<string, unknown> | undefined)?.[key];
  return typeof value === 'object' && value !== null ? value : undefined;
}

const pointer = (keys: readonly string[]): string =>
  `#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

/** What the schema of an answer describes: all of it; of frames their data one by one, or a list of frames. */
function valuesOf(type: string, text: string, isList: boolean): unknown[] {
  if (type === 'text/plain' || type === 'application/sql') return [text];
  if (type !== 'text/event-stream') return [JSON.parse(text)];
  const data = Array.from(text.matchAll(/^data:(.*)$/gm), ([, json = '']): unknown => JSON.parse(json));
  if (data.length === 0) throw new Error('a stream without frames shows nothing');
  return isList ? [data.map((each) => ({ data: each }))] : data;
}
