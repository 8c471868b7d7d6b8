import { Client, Connection } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { TemporalUnavailable, createExecutions } from '../../src/temporal/index.ts';
import { freePort } from '../support/redress.ts';

it('a list that is not to be had says nothing about the connection that commands go by, a signal does', async () => {
  const connection = Connection.lazy({ address: `127.0.0.1:${await freePort()}`, interceptors: [] });
  const client = new Client({ connection });
  const lost = vi.fn();
  const executions = createExecutions({
    client: () => client,
    lost,
    doubted: () => undefined,
    reset: () => undefined,
    searchable: () => false,
    eager: () => false,
  });
  await expect(executions.running(null)).rejects.toThrow(TemporalUnavailable);
  expect(lost).not.toHaveBeenCalled();
  await expect(executions.sync('a-record')).rejects.toThrow(TemporalUnavailable);
  expect(lost).toHaveBeenCalledOnce();
  await connection.close();
});
