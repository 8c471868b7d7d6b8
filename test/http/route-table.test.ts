import { expect, test } from 'vitest';
import { COMMAND_FUNCTIONS } from '../../src/domain/index.ts';
import { ROUTES } from '../../src/http/routes/index.ts';

test('no operation occurs twice, by its id or by its address', () => {
  const ids = ROUTES.map(({ operationId }) => operationId);
  const addresses = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(ids).size).toBe(ROUTES.length);
  expect(new Set(addresses).size).toBe(ROUTES.length);
});

test('every command has its operation', () => {
  const ids = ROUTES.map(({ operationId }) => operationId);
  for (const command of Object.keys(COMMAND_FUNCTIONS))
    expect(ids).toContain(`compensation.execution_failed.${command}`);
});
