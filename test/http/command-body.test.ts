import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMAND_FUNCTIONS, type CommandName } from '../../src/domain/index.ts';
import { readCommandBody } from '../../src/gateway/index.ts';
import { CREATE } from './doors.ts';

const DEFAULTS = { retrySpec: { maxRetries: 10, minBackoff: 180, executionTimeout: 120 } };
const COMMANDS = Object.keys(COMMAND_FUNCTIONS) as CommandName[];

const read = (name: CommandName, body: unknown) => readCommandBody(name, body, DEFAULTS);
const readCreate = (but: object) => read('create_execution_failed', { ...CREATE, ...but });
const { retrySpec: _retrySpec, recoverable: _recoverable, ...REQUIRED } = CREATE;

describe('a create', () => {
  test('keeps the fields of the contract in the order in which its event carries them', () => {
    const shuffled = Object.fromEntries(Object.entries(CREATE).reverse());
    const reading = read('create_execution_failed', { extra: 1, ...shuffled, id: 'ignored' });
    expect(JSON.stringify(reading)).toBe(
      JSON.stringify({ ok: true, body: { ...CREATE, error: { ...CREATE.error, succeeded: false } } }),
    );
  });

  test.each([
    ['a missing retrySpec', REQUIRED],
    ['a null retrySpec', { ...REQUIRED, retrySpec: null }],
  ])('gets the defaults of the service for %s', (_what, body) => {
    expect(read('create_execution_failed', body)).toMatchObject({ ok: true, body: DEFAULTS });
  });

  test('counts as UNKNOWN where it does not say whether it is recoverable', () => {
    expect(read('create_execution_failed', REQUIRED)).toMatchObject({ body: { recoverable: 'UNKNOWN' } });
  });

  test('belongs to the default tenant where it names none', () => {
    const { tenantId: _tenantId, ...aggregateId } = CREATE.eventId.aggregateId;
    expect(readCreate({ eventId: { ...CREATE.eventId, aggregateId } })).toMatchObject({
      body: { eventId: { aggregateId: { tenantId: '(0)' } } },
    });
  });

  test.each([
    ['eventId', '"eventId" is missing: give an object.'],
    ['function', '"function" is missing: give an object.'],
    ['error', '"error" is missing: give an object.'],
    ['executeAt', '"executeAt" is missing: give a whole number.'],
  ])('is refused without %s', (field, message) => {
    expect(readCreate({ [field]: undefined })).toEqual({ ok: false, code: 'IllegalArgument', message, path: field });
    expect(readCreate({ [field]: null })).toMatchObject({ ok: false, path: field });
  });

  test.each([
    ['error.stackTrace', { error: { errorCode: 'X', errorMsg: 'm' } }],
    ['error', { error: 'x' }],
    ['error.bindingErrors', { error: { ...CREATE.error, bindingErrors: null } }],
    ['error.bindingErrors.0.msg', { error: { ...CREATE.error, bindingErrors: [{ name: 'a' }] } }],
    ['eventId.version', { eventId: { ...CREATE.eventId, version: 2 ** 31 } }],
    ['eventId.aggregateId', { eventId: { ...CREATE.eventId, aggregateId: 'x' } }],
    ['function.functionKind', { function: { ...CREATE.function, functionKind: 'NOPE' } }],
    ['recoverable', { recoverable: null }],
    ['recoverable', { recoverable: 3 }],
    ['retrySpec.minBackoff', { retrySpec: { maxRetries: 1, executionTimeout: 1 } }],
    ['retrySpec.maxRetries', { retrySpec: { ...CREATE.retrySpec, maxRetries: null } }],
    ['executeAt', { executeAt: 'abc' }],
    ['executeAt', { executeAt: '' }],
    ['executeAt', { executeAt: true }],
    ['executeAt', { executeAt: 2 ** 64 }],
  ])('is refused with the path of the field that is wrong: %s', (path, but) => {
    expect(readCreate(but)).toMatchObject({ ok: false, code: 'IllegalArgument', path });
  });

  test('is refused for a time that JSON cannot carry exactly', () => {
    const overflow = { ok: false, code: 'BadRequest', message: 'long overflow', path: null };
    expect(readCreate({ executeAt: 2 ** 63 })).toEqual(overflow);
    expect(readCreate({ executeAt: 2 ** 53 })).toEqual(overflow);
    expect(readCreate({ executeAt: -(2 ** 53) })).toEqual(overflow);
    expect(readCreate({ executeAt: 2 ** 53 - 1 })).toMatchObject({ ok: true });
  });
});

describe('values are read as leniently as the original reads them', () => {
  test.each([
    ['1756699999950', 1_756_699_999_950],
    [' 7 ', 7],
    ['-5', -5],
    [1.9, 1],
    [-1.9, -1],
    [-0.5, 0],
    [1e3, 1_000],
  ])('the whole number %j is %j', (given, value) => {
    expect(read('apply_execution_success', { executeAt: given })).toEqual({ ok: true, body: { executeAt: value } });
  });

  test.each([
    ['UNRECOVERABLE', 'UNRECOVERABLE'],
    ['unrecoverable', 'UNRECOVERABLE'],
    ['Unknown', 'UNKNOWN'],
    [0, 'RECOVERABLE'],
    [1, 'UNRECOVERABLE'],
    [2, 'UNKNOWN'],
  ])('recoverable %j is %s', (recoverable, value) => {
    expect(read('mark_recoverable', { recoverable })).toEqual({ ok: true, body: { recoverable: value } });
  });

  test('a text may be a number or a boolean', () => {
    const error = { errorCode: 404, errorMsg: true, stackTrace: '' };
    expect(readCreate({ error })).toMatchObject({ body: { error: { errorCode: '404', errorMsg: 'true' } } });
  });
});

describe('an error', () => {
  test('succeeded exactly where its code is Ok, whatever it says itself', () => {
    const says = (errorCode: string, succeeded: boolean) =>
      readCreate({ error: { ...CREATE.error, errorCode, succeeded } });
    expect(says('Ok', false)).toMatchObject({ body: { error: { succeeded: true } } });
    expect(says('Boom', true)).toMatchObject({ body: { error: { succeeded: false } } });
  });

  test('loses binding errors that are empty and keeps others', () => {
    const withErrors = (bindingErrors: unknown) =>
      read('apply_execution_failed', { error: { ...CREATE.error, bindingErrors }, executeAt: 1 });
    expect(withErrors([])).not.toHaveProperty('body.error.bindingErrors');
    const bindingErrors = [{ name: 'a', msg: 'b' }];
    expect(withErrors(bindingErrors)).toMatchObject({ body: { error: { bindingErrors } } });
  });

  test('keeps the beginning and the end of a stack trace that is too long, 64 KiB in all', () => {
    const stackTrace = `top ${'é'.repeat(100_000)} root cause`;
    const reading = readCreate({ error: { ...CREATE.error, stackTrace } });
    const cut = reading.ok && 'error' in reading.body ? reading.body.error.stackTrace : '';
    expect(cut).toMatch(/^top é+\n… \d+ bytes are left out here …\né+ root cause$/);
    const size = Buffer.byteLength(cut);
    expect(size).toBeGreaterThan(64 * 1024 - 10);
    expect(size).toBeLessThanOrEqual(64 * 1024);
    const [, missing] = /(\d+) bytes/.exec(cut) ?? [];
    expect(Buffer.byteLength(cut.replace(/\n….*…\n/, '')) + Number(missing)).toBe(Buffer.byteLength(stackTrace));
  });

  test('keeps the beginning of other texts that are too long, 16 KiB each', () => {
    const long = 'é'.repeat(10_000);
    const error = { errorCode: long, errorMsg: long, stackTrace: '', bindingErrors: [{ name: long, msg: long }] };
    const cut = `${'é'.repeat(8_190)}…`;
    expect(readCreate({ error })).toMatchObject({
      body: { error: { errorCode: cut, errorMsg: cut, bindingErrors: [{ name: cut, msg: cut }] } },
    });
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(16 * 1024);
  });
});

test('a changed function has the order of its event', () => {
  const reading = read('change_function', {
    functionKind: 'state_event',
    contextName: 'c',
    processorName: 'p',
    name: 'n',
  });
  expect(JSON.stringify(reading)).toBe(
    '{"ok":true,"body":{"name":"n","processorName":"p","contextName":"c","functionKind":"STATE_EVENT"}}',
  );
});

test('a report of a failure that does not say whether it is recoverable means UNKNOWN', () => {
  expect(read('apply_execution_failed', { error: CREATE.error, executeAt: 1 })).toMatchObject({
    body: { recoverable: 'UNKNOWN' },
  });
});

test('the ranges of a retry spec are left to the domain, those of its numbers are not', () => {
  const spec = { maxRetries: -1, minBackoff: 0, executionTimeout: 2_147_483_647 };
  expect(read('apply_retry_spec', spec)).toEqual({ ok: true, body: spec });
  expect(read('apply_retry_spec', { ...spec, minBackoff: 2_147_483_648 })).toMatchObject({
    ok: false,
    path: 'minBackoff',
  });
});

describe('tags', () => {
  test('are taken as they are', () => {
    const tags = { env: ['prod', 'eu'], x: [] };
    expect(read('default_apply_resource_tags', { tags })).toEqual({ ok: true, body: { tags } });
  });

  test.each([' ', '', '\t'])('with the blank key %j are refused', (key) => {
    expect(read('default_apply_resource_tags', { tags: { [key]: ['a'] } })).toEqual({
      ok: false,
      code: 'IllegalArgument',
      message: 'Tags cannot contain blank keys!',
      path: null,
    });
  });

  test.each([null, 'a', ['a'], { a: 'b' }, { a: [null] }])('that are %j are refused', (tags) => {
    expect(read('default_apply_resource_tags', { tags })).toMatchObject({ ok: false, code: 'IllegalArgument' });
  });
});

describe('no body at all', () => {
  const EMPTY: readonly CommandName[] = [
    'prepare_compensation',
    'force_prepare_compensation',
    'default_delete_aggregate',
    'default_recover_aggregate',
  ];

  test.each(EMPTY)('is fine for %s, and so is anything in an object', (name) => {
    for (const body of [undefined, null, {}, { id: 'x', extra: [1] }])
      expect(read(name, body)).toEqual({ ok: true, body: {} });
  });

  test.each(COMMANDS.filter((name) => !EMPTY.includes(name)))('lacks what %s needs', (name) => {
    expect(read(name, undefined)).toMatchObject({ ok: false, code: 'IllegalArgument' });
  });
});

describe('hostile bodies', () => {
  test('bring no text that Postgres cannot store', () => {
    const bad = 'a\0b\ud800c';
    const good = 'a\uFFFDb\uFFFDc';
    const error = { errorCode: bad, errorMsg: bad, stackTrace: bad };
    expect(readCreate({ error })).toMatchObject({
      body: { error: { errorCode: good, errorMsg: good, stackTrace: good } },
    });
    expect(read('default_apply_resource_tags', { tags: { [bad]: [bad] } })).toEqual({
      ok: true,
      body: { tags: { [good]: [good] } },
    });
    expect(read('default_apply_resource_tags', { tags: { [bad]: 1 } })).toMatchObject({ path: `tags.${good}` });
  });

  test('do not reach prototypes', () => {
    const body: unknown = JSON.parse('{"__proto__":{"executeAt":1},"constructor":{"prototype":{"executeAt":1}}}');
    expect(read('apply_execution_success', body)).toMatchObject({ ok: false, path: 'executeAt' });
    const tags: unknown = JSON.parse('{"tags":{"__proto__":["a"],"constructor":["b"]}}');
    expect(read('default_apply_resource_tags', tags)).toEqual({ ok: true, body: { tags: { constructor: ['b'] } } });
    expect(({} as Record<string, unknown>)['executeAt']).toBeUndefined();
  });

  test.each(COMMANDS)('never make the reader of %s throw', (name) => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }), (body) => {
        const reading = read(name, body);
        if (!reading.ok) expect(reading.message).toMatch(/.+/);
      }),
    );
  });

  test('of almost the right shape are read to something that JSON can carry, and reading it again changes nothing', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean());
    const anyNumber = fc.oneof(fc.integer(), fc.integer().map(String), fc.double({ noNaN: true, min: -1e9, max: 1e9 }));
    const body = fc.record(
      {
        eventId: fc.record({
          id: anyText,
          version: anyNumber,
          aggregateId: fc.record({
            contextName: anyText,
            aggregateName: anyText,
            aggregateId: anyText,
            tenantId: anyText,
          }),
        }),
        function: fc.record({
          functionKind: fc.constantFrom('EVENT', 'event', 3),
          contextName: anyText,
          processorName: anyText,
          name: anyText,
        }),
        error: fc.record({
          errorCode: anyText,
          errorMsg: anyText,
          stackTrace: fc.oneof(anyText, fc.constant('é'.repeat(40_000))),
          bindingErrors: fc.array(fc.record({ name: anyText, msg: anyText })),
        }),
        executeAt: anyNumber,
        retrySpec: fc.record({ maxRetries: anyNumber, minBackoff: anyNumber, executionTimeout: anyNumber }),
        recoverable: fc.constantFrom('RECOVERABLE', 'unknown', 1),
      },
      { requiredKeys: ['eventId', 'function', 'error', 'executeAt'] },
    );
    fc.assert(
      fc.property(body, (given) => {
        const reading = read('create_execution_failed', given);
        expect(reading).toMatchObject({ ok: true });
        const once = reading.ok ? reading.body : null;
        const wire = JSON.stringify(once);
        expect(wire).not.toMatch(/\\u0000|\\ud[89a-f]/);
        expect(JSON.stringify(read('create_execution_failed', JSON.parse(wire)))).toBe(
          JSON.stringify({ ok: true, body: once }),
        );
      }),
    );
  });
});
