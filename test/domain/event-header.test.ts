import { expect, test } from 'vitest';
import { type Command, eventHeader } from '../../src/domain/index.ts';
import { prepare } from './given.ts';

const sent = (header: Record<string, string>): Command => ({ ...prepare(), commandId: 'c-1', header });

test('an event names the command that caused it, and starts a trace with it', () => {
  expect(eventHeader(sent({}))).toEqual({ trace_id: 'c-1', upstream_id: 'c-1', upstream_name: 'prepare_compensation' });
});

test('an event goes on with the trace of its command', () => {
  expect(eventHeader(sent({ trace_id: 't-1' }))).toMatchObject({ trace_id: 't-1', upstream_id: 'c-1' });
});

test('nobody can name another command as the cause', () => {
  const header = eventHeader(sent({ upstream_id: 'x', upstream_name: 'y' }));
  expect(header).toMatchObject({ upstream_id: 'c-1', upstream_name: 'prepare_compensation' });
});

test.each([
  ...['command_operator', 'user_agent', 'remote_ip', 'app_id', 'device_id'],
  ...['command_wait_id', 'command_wait_endpoint', 'command_wait_stage'],
  ...['command_wait_context', 'command_wait_processor', 'command_wait_function'],
  ...['command_wait_tail_stage', 'command_wait_tail_context', 'command_wait_tail_processor'],
  ...['command_wait_tail_function', 'command_wait_chain', 'redress_not_before'],
])('an event inherits %s', (key) => {
  expect(eventHeader(sent({ [key]: 'v' }))).toMatchObject({ [key]: 'v' });
  expect(eventHeader(sent({ [key]: '' }))).toMatchObject({ [key]: '' });
});

test.each(['local_first', 'my-key', 'compensate.id', 'TRACE_ID', '__proto__', 'constructor'])(
  'an event does not inherit %s',
  (key) => {
    const header = eventHeader(sent(JSON.parse(`{${JSON.stringify(key)}: "v"}`) as Record<string, string>));
    expect(Object.keys(header).sort()).toEqual(['trace_id', 'upstream_id', 'upstream_name']);
  },
);
