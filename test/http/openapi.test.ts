import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { COMPONENTS } from '../../src/http/openapi/components.ts';
import { describeApi } from '../../src/http/openapi/document.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { type Doors, json, openDoors } from './doors.ts';
import { differences } from './json-differences.ts';
import { ALLOWED, type Allowed } from './openapi-differences.ts';

const DOCUMENT = describeApi(ROUTES);
const RECORDED: unknown = JSON.parse(
  readFileSync(new URL('../contract/golden/openapi-8.10.10.json', import.meta.url), 'utf8'),
);

/** Every operation of a document as `method path operationId`. */
const operations = ({ paths }: { readonly paths: object }): string[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as object)
      .filter(([key]) => key !== 'summary')
      .map(([method, operation]) => `${method} ${path} ${(operation as { operationId: string }).operationId}`),
  );

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(DOCUMENT) as unknown as Record<string, unknown>)).toEqual({
      valid: true,
    });
    expect(validator.version).toBe('3.1');
  });

  it('holds every operation that is routed, and nothing else', () => {
    expect(operations(DOCUMENT).sort()).toEqual(
      ROUTES.map(({ method, path, operationId }) => `${method} ${path.replace('*', '')} ${operationId}`).sort(),
    );
  });

  it('uses every component that there is', () => {
    const names = (components: object): string[] =>
      Object.entries(components).flatMap(([kind, parts]) =>
        Object.keys(parts as object).map((name) => `${kind} ${name}`),
      );
    expect(names(DOCUMENT.components)).toEqual(names(COMPONENTS));
  });

  it('names every path parameter of its paths', () => {
    for (const [path, item] of Object.entries(DOCUMENT.paths)) {
      for (const operation of [item.get, item.post, item.put, item.delete]) {
        const named = (operation?.parameters ?? [])
          .map((parameter) => ('$ref' in parameter ? resolve(parameter.$ref) : parameter))
          .filter((parameter) => 'in' in parameter && parameter.in === 'path')
          .map((parameter) => ('name' in parameter ? `{${String(parameter.name)}}` : ''));
        if (operation !== undefined) expect(named, path).toEqual(path.match(/\{\w+\}/g) ?? []);
      }
    }
  });

  it('loses an operation that is routed no more, with the components that only it used', () => {
    const fewer = describeApi(ROUTES.filter(({ operationId }) => operationId !== 'wow.command.wait'));
    expect(fewer.paths).not.toHaveProperty(['/wow/command/wait']);
    expect(Object.keys(DOCUMENT.components.schemas)).toContain('wow.command.SimpleWaitSignal');
    expect(Object.keys(fewer.components.schemas)).not.toContain('wow.command.SimpleWaitSignal');
    expect(operations(fewer)).toHaveLength(ROUTES.length - 1);
  });

  it('cannot be made with a reference that leads nowhere', () => {
    const [route] = ROUTES;
    if (route === undefined) throw new Error('there are no routes');
    const answer = { $ref: '#/components/schemas/wow.Nothing' };
    expect(() => describeApi([{ ...route, answer }])).toThrow('#/components/schemas/wow.Nothing');
  });
});

describe('compared with the document of 8.10.10', () => {
  const found = differences(RECORDED, DOCUMENT);

  it('differs only where there is a reason', () => {
    const unexplained = found.filter(({ path, change }) => !ALLOWED.some((allowed) => allows(allowed, path, change)));
    expect(unexplained).toEqual([]);
  });

  test.each(ALLOWED.flatMap(({ paths, change }) => paths.map((pattern) => ({ change, pattern }))))(
    'still has something $change at $pattern',
    ({ change, pattern }) => {
      expect(found.some(({ path, ...other }) => other.change === change && fits(pattern, path))).toBe(true);
    },
  );
});

describe('served', () => {
  let doors: Doors;
  beforeAll(async () => {
    doors = await openDoors();
  });
  afterAll(() => doors.close());

  it('is JSON on the path of the original', async () => {
    const received = await doors.send({ path: '/v3/api-docs' });
    expect([received.status, received.headers['content-type']]).toEqual([200, 'application/json']);
    expect(json(received)).toEqual(DOCUMENT);
  });

  it('is the same in YAML', async () => {
    const received = await doors.send({ path: '/v3/api-docs.yaml' });
    expect([received.status, received.headers['content-type']]).toEqual([200, 'application/vnd.oai.openapi']);
    expect(received.body).not.toMatch(/[&*]a\d/);
    expect(parse(received.body)).toEqual(DOCUMENT);
  });

  it('explains that it is only read', async () => {
    const received = await doors.send({ method: 'POST', path: '/v3/api-docs' });
    expect([received.status, received.headers['wow-error-code']]).toEqual([405, 'MethodNotAllowed']);
  });
});

function resolve(reference: string): object {
  const [, , kind = '', name = ''] = reference.split('/');
  return (COMPONENTS as unknown as Record<string, Record<string, object>>)[kind]?.[name] ?? {};
}

const allows = ({ change, paths }: Allowed, path: string, actual: string): boolean =>
  change === actual && paths.some((pattern) => fits(pattern, path));

function fits(pattern: string, path: string): boolean {
  const keys = path.split(' ');
  const wanted = pattern.split(' ');
  return keys.length === wanted.length && wanted.every((want, index) => fitsKey(want, keys[index] ?? ''));
}

function fitsKey(want: string, key: string): boolean {
  if (want === '*') return true;
  return want.startsWith('[') ? want.slice(1, -1).split('|').includes(key) : want === key;
}
