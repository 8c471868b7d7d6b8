import { describe, expect, test } from 'vitest';
import {
  type Command,
  type CommandEnvelope,
  COMMAND_FUNCTIONS,
  type CommandName,
  decide,
  duplicateRequest,
} from '../../src/domain/index.ts';
import { command, create, ERROR, FAILURE, given, ID, recover, remove, T0 } from './given.ts';

/** Every command but create, each with a body that is right in itself. */
const UPDATES: readonly ((envelope?: Partial<CommandEnvelope>) => Command)[] = [
  (envelope) => command('prepare_compensation', {}, envelope),
  (envelope) => command('force_prepare_compensation', {}, envelope),
  (envelope) => command('apply_execution_success', { executeAt: T0 }, envelope),
  (envelope) => command('apply_execution_failed', { error: ERROR, executeAt: T0, recoverable: 'UNKNOWN' }, envelope),
  (envelope) => command('apply_retry_spec', FAILURE.retrySpec, envelope),
  (envelope) => command('change_function', FAILURE.function, envelope),
  (envelope) => command('mark_recoverable', { recoverable: 'RECOVERABLE' }, envelope),
  (envelope) => command('default_delete_aggregate', {}, envelope),
  (envelope) => command('default_recover_aggregate', {}, envelope),
  (envelope) => command('default_apply_resource_tags', { tags: {} }, envelope),
];
const NAMED = UPDATES.map((update) => [update().name, update] as const);

const LIVE = given([create({}, { ownerId: 'alice', spaceId: 'blue' }), T0]);
const DELETED = given([create({}, { ownerId: 'alice', spaceId: 'blue' }), T0], [remove(), T0]);
const UNOWNED = given([create(), T0]);

const rejected = (code: string, message: string): unknown => ({ ok: false, code, message, reachedHandler: false });
const versionConflict = (expected: number, actual: number): unknown =>
  rejected(
    'CommandExpectVersionConflict',
    `The expected version[${expected}] of the command is inconsistent with the actual version[${actual}].`,
  );
const notInitialized = rejected(
  'NotFound',
  `AggregateId(contextName=compensation-service, aggregateName=execution_failed, tenantId=(0), id=${ID}) is not initialized.`,
);
const ownerRefused = rejected('IllegalAccessOwnerAggregate', `Illegal access to a owner aggregate[${ID}].`);
const spaceRefused = rejected('IllegalAccessSpaceAggregate', `Illegal access to a space aggregate[${ID}].`);
const deletedRefused = rejected('IllegalAccessDeletedAggregate', `Illegal access to a deleted aggregate[${ID}].`);

test('every command of the contract is in these tables', () => {
  expect(['create_execution_failed', ...NAMED.map(([name]) => name)].sort()).toEqual(
    (Object.keys(COMMAND_FUNCTIONS) as CommandName[]).sort(),
  );
});

describe.each(NAMED)('%s', (name, update) => {
  test('of a record that does not exist is refused as not initialized', () => {
    expect(decide(null, update(), T0)).toEqual(notInitialized);
  });

  test('of a missing record that is expected at a version is a conflict with version 0', () => {
    expect(decide(null, update({ expectedVersion: 3 }), T0)).toEqual(versionConflict(3, 0));
  });

  test('of a missing record that is expected at version 0 is refused as not initialized', () => {
    expect(decide(null, update({ expectedVersion: 0 }), T0)).toEqual(notInitialized);
  });

  test.each([0, 2, 9, -1])('at version 1 that is expected at version %i is a conflict', (expectedVersion) => {
    expect(decide(LIVE, update({ expectedVersion }), T0)).toEqual(versionConflict(expectedVersion, 1));
  });

  test('with a wrong version, owner and space on a deleted record is refused for its version', () => {
    const wrong = { expectedVersion: 1, ownerId: 'bob', spaceId: 'red' };
    expect(decide(DELETED, update(wrong), T0)).toEqual(versionConflict(1, 2));
  });

  test('with a wrong owner and space on a deleted record is refused for its owner', () => {
    const wrong = { expectedVersion: 2, ownerId: 'bob', spaceId: 'red' };
    expect(decide(DELETED, update(wrong), T0)).toEqual(ownerRefused);
  });

  test('with a wrong space on a deleted record is refused for its space', () => {
    const wrong = { expectedVersion: 2, ownerId: 'alice', spaceId: 'red' };
    expect(decide(DELETED, update(wrong), T0)).toEqual(spaceRefused);
  });

  test('of any owner and space is refused where the record has none', () => {
    expect(decide(UNOWNED, update({ ownerId: 'alice' }), T0)).toEqual(ownerRefused);
    expect(decide(UNOWNED, update({ spaceId: 'blue' }), T0)).toEqual(spaceRefused);
  });

  test('of nobody in particular, or of its owner, gets past these checks', () => {
    const answers = [
      decide(LIVE, update({ commandId: 'c' }), T0),
      decide(LIVE, update({ commandId: 'c', ownerId: 'alice' }), T0),
      decide(LIVE, update({ commandId: 'c', spaceId: 'blue' }), T0),
      decide(LIVE, update({ commandId: 'c', ownerId: 'alice', spaceId: 'blue', expectedVersion: 1 }), T0),
    ];
    for (const answer of answers) {
      expect(answer).toEqual(answers[0]);
      expect(answer).not.toEqual(ownerRefused);
      expect(answer).not.toEqual(spaceRefused);
    }
  });

  const others = name === 'default_recover_aggregate' ? [] : [update];
  test.each(others)('of a deleted record is refused, whatever else is wrong', (of) => {
    expect(decide(DELETED, of(), T0)).toEqual(deletedRefused);
  });
});

describe('recover', () => {
  test('of a deleted record is accepted', () => {
    expect(decide(DELETED, recover(), T0)).toEqual({
      ok: true,
      event: { name: 'default_aggregate_recovered', body: {} },
    });
  });

  test('of a record that is not deleted is refused before its handler, with the id of the command', () => {
    expect(decide(LIVE, command('default_recover_aggregate', {}, { commandId: '0VbqNQXB000007D' }), T0)).toEqual(
      rejected(
        'IllegalState',
        `Failed to process command[0VbqNQXB000007D]: The current StateAggregate[${ID}] is not deleted.`,
      ),
    );
  });
});

test('a request id that was used before is refused after the handler was reached', () => {
  expect(duplicateRequest('g-dup-r2')).toEqual({
    ok: false,
    code: 'DuplicateRequestId',
    message: 'Duplicate request ID[g-dup-r2].',
    reachedHandler: true,
  });
});
