import { expect, test } from 'vitest';
import { readSenderWait } from '../../src/gateway/sender-wait.ts';

const WHERE = { command_wait_id: 'waited', command_wait_endpoint: 'http://10.0.0.1:8080/wow/command/wait' };

test.each([
  ['for a stage', { command_wait_stage: 'SNAPSHOT' }, 'SNAPSHOT'],
  [
    'for a saga and the command that it sends',
    { command_wait_chain: 'simple', command_wait_tail_stage: 'PROCESSED' },
    'SAGA_HANDLED',
  ],
  [
    'for a saga, whatever else it says',
    { command_wait_chain: 'simple', command_wait_tail_stage: 'SENT', command_wait_stage: 'SENT' },
    'SAGA_HANDLED',
  ],
  ['for the tail, as a command that a saga has sent', { command_wait_tail_stage: 'PROCESSED' }, 'PROCESSED'],
  [
    'for a stage, with a tail that belongs to no chain',
    { command_wait_stage: 'PROCESSED', command_wait_tail_stage: 'SENT' },
    'PROCESSED',
  ],
])('a sender waits %s', (_how, header, stage) => {
  expect(readSenderWait({ ...WHERE, ...header })).toEqual({
    commandId: WHERE.command_wait_id,
    endpoint: WHERE.command_wait_endpoint,
    stage,
  });
});

test.each([
  ['names no stage', WHERE],
  ['names no endpoint', { command_wait_id: 'waited', command_wait_stage: 'PROCESSED' }],
  ['names no command', { command_wait_endpoint: WHERE.command_wait_endpoint, command_wait_stage: 'PROCESSED' }],
  ['names a stage that there is not', { ...WHERE, command_wait_stage: 'DANCED' }],
  ['names nothing', {}],
])('nobody waits where the header %s', (_what, header) => {
  expect(readSenderWait(header)).toBeNull();
});
