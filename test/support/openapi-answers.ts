import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { ROUTES, describeApi } from '../../src/http/index.ts';

const DOCUMENT = describeApi(ROUTES);
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

/** Compares an answer with what the OpenAPI document says of it. @throws Error that says what is different */
export async function compareWithDocument(method: string, path: string, answer: Response): Promise<void> {
  const text = await answer.text();
  const differ = (how: string): Error => new Error(`${method} ${path}, answered ${answer.status}: ${how}: ${text}`);
  const described = describedAnswer(method, path, answer.status);
  if (described === undefined) throw differ('the status is not described');
  if (described.content === undefined) {
    if (text !== '') throw differ('nothing is described');
    return;
  }
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = described.content[type]?.schema;
  if (schema === undefined) throw differ(`${type} is not described`);
  const validate = ajv.compile({ ...schema, components: DOCUMENT.components });
  for (const value of valuesOf(type, text, 'type' in schema && schema.type === 'array')) {
    if (!validate(value)) throw differ(ajv.errorsText(validate.errors));
  }
}

/** What the schema of an answer describes: all of it; of frames their data one by one, or a list of frames. */
function valuesOf(type: string, text: string, isList: boolean): unknown[] {
  if (type === 'text/plain') return [text];
  if (type !== 'text/event-stream') return [JSON.parse(text)];
  const data = Array.from(text.matchAll(/^data:(.*)$/gm), ([, json = '']): unknown => JSON.parse(json));
  if (data.length === 0) throw new Error('a stream without frames shows nothing');
  return isList ? [data.map((each) => ({ data: each }))] : data;
}

function describedAnswer(method: string, path: string, status: number) {
  const route = ROUTES.find((candidate) => candidate.method === method.toLowerCase() && leadsTo(candidate.path, path));
  const item = DOCUMENT.paths[route?.path.replace('{*', '{') ?? ''];
  const response = route === undefined ? undefined : item?.[route.method]?.responses[status];
  if (response === undefined || !('$ref' in response)) return response;
  return DOCUMENT.components.responses[response.$ref.slice('#/components/responses/'.length)];
}

/** Whether a template fits a path as it is sent. */
function leadsTo(template: string, path: string): boolean {
  const pattern = template.replaceAll(/\{\*\w+\}/g, '.*').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path.split('?')[0] ?? '');
}
