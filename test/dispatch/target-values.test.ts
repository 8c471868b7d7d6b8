import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type HttpTarget, loadTargets } from '../../src/dispatch/index.ts';
import { folderOf } from './service.ts';
import { onlyHttpTarget, problemsOf, SECRET, withSettings } from './targets-text.ts';

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('headers', () => {
  test('stand in the file, in the environment or in files beside it, and are sent in lower case', async () => {
    const folder = await folderOf({
      'token.txt': 'Bearer t-1\n',
      'targets.yaml': withSettings(
        'headers:',
        '  X-Tenant: "7"',
        '  X-Region: { env: REGION }',
        '  Authorization: { file: token.txt }',
      ),
    });
    const [target] = (await loadTargets(join(folder, 'targets.yaml'), { REGION: 'eu' })).all;
    if (target?.kind !== 'http') throw new Error('it is no http target');
    expect(target.headers()).toEqual({ 'x-tenant': '7', 'x-region': 'eu', authorization: 'Bearer t-1' });
  });

  test.each([
    ...['Idempotency-Key', 'content-type', 'Content-Length', 'content-encoding', 'Webhook-Signature', 'webhook-id'],
    ...[
      'Redress-Attempt',
      'host',
      'connection',
      'transfer-encoding',
      'expect',
      'upgrade',
      'te',
      'trailer',
      'keep-alive',
    ],
    ...['accept', 'accept-encoding', 'user-agent', 'date', 'proxy-authorization'],
  ])('cannot set %s', async (name) => {
    expect(await problemsOf(withSettings(`headers: { ${name}: x }`))).toEqual([
      `targets[0].headers.${name} is set by the delivery itself: leave it out`,
    ]);
  });

  test.each(['"a b"', '"a:b"', '""', '"é"', '"a\\nb"'])('cannot be named %s', async (name) => {
    expect(await problemsOf(withSettings(`headers: { ${name}: x }`))).toEqual([
      expect.stringMatching(/^targets\[0\]\.headers\.\w*…? is no name of a header$/),
    ]);
  });

  test.each(['"a\\r\\nb: c"', '"\\0"', '"€"'])('cannot have the value %s', async (value) => {
    expect(await problemsOf(withSettings(`headers: { x-a: ${value} }`))).toEqual([
      'targets[0].headers.x-a has a value that no header can hold, such as line breaks or letters beyond Latin-1',
    ]);
  });

  test.each(['1', 'true', 'null', '[]', '{}', '{ var: A }', '{ env: A, file: B }'])(
    'cannot be given as %s',
    async (value) => {
      expect(await problemsOf(withSettings(`headers: { x-a: ${value} }`))).toEqual([
        'targets[0].headers.x-a must be a text (numbers in quotes), {env: NAME} or {file: PATH}',
      ]);
    },
  );

  test('cannot be there twice', async () => {
    expect(await problemsOf(withSettings('headers: { X-A: "1", x-a: "2" }'))).toEqual([
      'targets[0].headers.x-a stands here twice: names are the same in any letter case',
    ]);
  });
});

describe('a secret', () => {
  const signature = (target: HttpTarget): string | undefined => target.sign?.('msg', new Date(0), '{}');

  test('signs the same wherever it stands', async () => {
    const folder = await folderOf({
      'secret.txt': `${SECRET}\r\n`,
      'targets.yaml': withSettings('secretFile: secret.txt'),
    });
    const [inFile] = (await loadTargets(join(folder, 'targets.yaml'), {})).all;
    const inEnv = await onlyHttpTarget(withSettings('secretEnv: ORDERS_SECRET'), { ORDERS_SECRET: SECRET });
    const inline = await onlyHttpTarget(withSettings(`secret: ${SECRET}`));
    if (inFile?.kind !== 'http') throw new Error('it is no http target');
    expect(signature(inline)).toMatch(/^v1,[\w+/]{43}=$/);
    expect(signature(inEnv)).toBe(signature(inline));
    expect(signature(inFile)).toBe(signature(inline));
    expect(signature(await onlyHttpTarget(withSettings(`secret: ${OTHER_SECRET}`)))).not.toBe(signature(inline));
  });

  test('and the values of headers are in nothing that is printed of a target', async () => {
    const target = await onlyHttpTarget(withSettings(`secret: ${SECRET}`, 'headers: { Authorization: Bearer t-1 }'));
    const printed = inspect(target, { depth: 10, showHidden: true }) + JSON.stringify(target);
    expect(printed).not.toContain(SECRET.slice(6));
    expect(printed).not.toContain('t-1');
  });

  test('is given once', async () => {
    expect(await problemsOf(withSettings(`secret: ${SECRET}`, 'secretEnv: A'))).toEqual([
      'targets[0].secretEnv stands beside secret: give one of secret, secretEnv and secretFile',
    ]);
    expect(await problemsOf(withSettings('secretEnv: A', 'secretFile: b'))).toEqual([
      'targets[0].secretFile stands beside secretEnv: give one of secret, secretEnv and secretFile',
    ]);
  });

  test.each([
    ['without its prefix', SECRET.slice(6)],
    ['with another prefix', SECRET.replace('whsec_', 'secret')],
    ['of too few bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['of too many bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['that is not base64', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!'],
    ['without its padding', `whsec_${Buffer.alloc(32).toString('base64').slice(0, -1)}`],
    ['of nothing', 'whsec_'],
  ])('%s is refused, and not repeated', async (_what, secret) => {
    expect(await problemsOf(withSettings(`secret: "${secret}"`))).toEqual([
      'targets[0].secret must be "whsec_" and a key of 24 to 64 bytes in base64. Make one: echo "whsec_$(openssl rand -base64 32)"',
    ]);
  });

  test.each([24, 64])('of %i bytes is accepted', async (length) => {
    const target = await onlyHttpTarget(withSettings(`secret: whsec_${Buffer.alloc(length, 1).toString('base64')}`));
    expect(signature(target)).toMatch(/^v1,/);
  });

  test.each([
    ['secretEnv: ORDERS_SECRET', 'secretEnv is taken from the environment variable ORDERS_SECRET, which is not set'],
    ['secretEnv: EMPTY', 'secretEnv is taken from the environment variable EMPTY, which is not set'],
    ['secretEnv: toString', 'secretEnv is taken from the environment variable toString, which is not set'],
    ['secretFile: /nowhere/x', 'secretFile is taken from the file /nowhere/x, which cannot be read (ENOENT)'],
    ['headers: { x-a: { env: NOPE } }', 'headers.x-a is taken from the environment variable NOPE, which is not set'],
    [
      'headers: { x-a: { file: /nowhere/x } }',
      'headers.x-a is taken from the file /nowhere/x, which cannot be read (ENOENT)',
    ],
  ])('or header has to be where %s says', async (setting, problem) => {
    expect(await problemsOf(withSettings(setting), { EMPTY: '' })).toEqual([`targets[0].${problem}`]);
  });

  test('cannot be an empty file', async () => {
    const folder = await folderOf({ 'secret.txt': '\n', 'targets.yaml': withSettings('secretFile: secret.txt') });
    await expect(loadTargets(join(folder, 'targets.yaml'), {})).rejects.toThrow(
      `targets[0].secretFile is taken from the file ${join(folder, 'secret.txt')}, which is empty`,
    );
  });
});
