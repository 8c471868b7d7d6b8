import { describe, expect, it } from 'vitest';
import { readAnswer } from './answer.ts';
import { type Circumstances, compareAnswers } from './compare.ts';
import { applyExpectation } from './expectation.ts';
import { createRenaming } from './renaming.ts';

const RECORDED_AT = 1_795_478_159_099;
const NOW = 1_800_000_000_000;

/** What is different between two bodies. */
function compare(recorded: unknown, ours: unknown, but: Partial<Circumstances> = {}) {
  return compareAnswers(answer(recorded), answer(ours), {
    exchange: 'scenario/step',
    renaming: createRenaming(),
    wasSent: () => false,
    recordedPeriod: { from: RECORDED_AT, to: RECORDED_AT + 1_000 },
    ourPeriod: { from: NOW, to: NOW + 1_000 },
    expected: [],
    ...but,
  });
}

const answer = (body: unknown) => readAnswer({ status: 200, headers: {}, body: JSON.stringify(body) });

const pathsOf = (...bodies: readonly [unknown, unknown, Partial<Circumstances>?]): string[] =>
  compare(...bodies).differences.map(({ path }) => path);

const [A, B] = ['0VbqNNTe0000001', '0VbqNNTe0000002'];
const [OUR_A, OUR_B] = ['0Vbzgu4540Jj01U', '0Vbzgu4540Jj01V'];

describe('a comparison', () => {
  it('knows what differs, what is missing and what is new', () => {
    expect(pathsOf({ a: 1, b: [1, 2], c: {} }, { a: '1', b: [1], c: { d: null } })).toEqual([
      'body.a',
      'body.b[1]',
      'body.c',
    ]);
    expect(pathsOf({ a: null }, {})).toEqual(['body.a']);
    expect(pathsOf([], ['a'])).toEqual(['body']);
  });

  it('does not mind the order of keys', () => {
    expect(pathsOf({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
  });

  it('sees headers that mean something, whatever the case of their names', () => {
    const [recorded, ours] = [
      { Vary: 'Origin', Date: 'now' },
      { vary: 'Origin', 'wow-error-code': 'Ok' },
    ].map((headers) => readAnswer({ status: 200, headers, body: '' }));
    if (recorded === undefined || ours === undefined) throw new Error('both are there');
    const { differences } = compareAnswers(recorded, ours, {
      exchange: 'scenario/step',
      renaming: createRenaming(),
      wasSent: () => false,
      recordedPeriod: null,
      ourPeriod: { from: NOW, to: NOW },
      expected: [],
    });
    expect(differences.map(({ path }) => path)).toEqual(['headers.wow-error-code']);
  });

  it('takes any id for one that was made, and that one ever after', () => {
    const renaming = createRenaming();
    expect(compare({ id: A, commandId: A }, { id: OUR_A, commandId: OUR_A }, { renaming })).toMatchObject({
      patterned: 1,
      differences: [],
    });
    expect(pathsOf({ id: A }, { id: OUR_B }, { renaming })).toEqual(['body.id']);
    expect(pathsOf({ errorMsg: `no ${A}` }, { errorMsg: `no ${OUR_A}` }, { renaming })).toEqual([]);
  });

  it('takes no id for two', () => {
    expect(pathsOf({ id: A, commandId: B }, { id: OUR_A, commandId: OUR_A })).toEqual(['body.commandId']);
    expect(pathsOf({ id: A }, { id: 'anything' })).toEqual(['body.id']);
  });

  it('wants what was sent back as it was sent', () => {
    const wasSent = (text: string) => text === A;
    expect(pathsOf({ requestId: A }, { requestId: OUR_A }, { wasSent })).toEqual(['body.requestId']);
    expect(pathsOf({ eventTime: 5 }, { eventTime: NOW })).toEqual(['body.eventTime']);
  });

  it('takes an instant of the run for one of the recording, and the same distance from it', () => {
    const at = (retryAt: number, delay: number) => ({ retryState: { retryAt, timeoutAt: retryAt + delay } });
    expect(pathsOf(at(RECORDED_AT, 7), at(NOW, 7))).toEqual([]);
    expect(pathsOf(at(RECORDED_AT, 7), at(NOW, 8))).toEqual(['body.retryState.timeoutAt']);
    expect(pathsOf(at(RECORDED_AT, 7), at(RECORDED_AT, 7))).toEqual(['body.retryState.retryAt']);
  });

  it('learns nothing from what is expected to differ', () => {
    const renaming = createRenaming();
    compare({ id: A }, { id: OUR_A }, { renaming, expected: ['body'] });
    expect(renaming.ours(A)).toBeUndefined();
  });
});

describe('an expectation', () => {
  const judge = (recorded: unknown, ours: unknown) =>
    applyExpectation(
      { row: 'a row', about: () => true, ours: { 'body.a': 2 } },
      compare(recorded, ours, { expected: ['body.a'] }).differences,
      { recorded: answer(recorded), ours: answer(ours) },
    ).map(({ path }) => path);

  it('explains the difference that it names and no other', () => {
    expect(judge({ a: 1, b: 1 }, { a: 2, b: 1 })).toEqual([]);
    expect(judge({ a: 1, b: 1 }, { a: 2, b: 2 })).toEqual(['body.b']);
  });

  it('is mistaken where we answer something else, or the same as the original', () => {
    expect(judge({ a: 1 }, { a: 3 })).toEqual(['body.a']);
    expect(judge({ a: 2 }, { a: 2 })).toEqual(['body.a']);
  });
});
