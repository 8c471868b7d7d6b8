import { describe, expect, it } from 'vitest';
import type { WaitPlan, WaitSignal, WaitStage } from '../../src/gateway/index.ts';
import { createWaitProgress } from '../../src/gateway/wait-progress.ts';
import { COMMAND, signal, waitFor } from './given.ts';

/** What becomes of each signal: passed on, the last one, or dropped. */
function follow(plan: WaitPlan, ...signals: readonly WaitSignal[]): string[] {
  const progress = createWaitProgress(COMMAND.commandId, plan);
  return signals.map((each) => {
    const { shown, done } = progress(each);
    if (done) return 'last';
    return shown ? 'shown' : 'dropped';
  });
}

const PROCESSED = signal('PROCESSED');
const failed = (stage: WaitStage, but: Partial<WaitSignal> = {}) =>
  signal(stage, { errorCode: 'IllegalState', ...but });

describe('a wait', () => {
  it.each<[WaitStage, WaitSignal]>([
    ['SNAPSHOT', signal('SNAPSHOT')],
    ['PROJECTED', signal('PROJECTED', { isLastProjection: true })],
    ['EVENT_HANDLED', signal('EVENT_HANDLED')],
    ['SAGA_HANDLED', signal('SAGA_HANDLED')],
  ])('for %s is over when that and PROCESSED have come, in any order', (stage, wanted) => {
    expect(follow(waitFor(stage), PROCESSED, wanted)).toEqual(['shown', 'last']);
    expect(follow(waitFor(stage), wanted, PROCESSED)).toEqual(['shown', 'last']);
  });

  it('for PROCESSED is over with it, and hears of nothing else', () => {
    expect(follow(waitFor('PROCESSED'), signal('SNAPSHOT'), signal('EVENT_HANDLED'), PROCESSED)).toEqual([
      'dropped',
      'dropped',
      'last',
    ]);
  });

  it('for a projection is not over before its last report', () => {
    const report = signal('PROJECTED');
    const last = signal('PROJECTED', { isLastProjection: true });
    expect(follow(waitFor('PROJECTED'), PROCESSED, report, report, last)).toEqual(['shown', 'shown', 'shown', 'last']);
  });

  it('is over at once with a failure, of the wanted stage or before it', () => {
    expect(follow(waitFor('EVENT_HANDLED'), failed('PROCESSED'))).toEqual(['last']);
    expect(follow(waitFor('EVENT_HANDLED'), failed('EVENT_HANDLED'))).toEqual(['last']);
    expect(follow(waitFor('PROJECTED'), failed('PROJECTED'))).toEqual(['last']);
  });

  it.each([
    [{ contextName: 'mail', processorName: '', name: '' }, true],
    [{ contextName: 'mail', processorName: 'Board', name: 'onEvent' }, true],
    [{ contextName: ' ', processorName: 'Board', name: '' }, true],
    [{ contextName: 'shop', processorName: '', name: '' }, false],
    [{ contextName: 'mail', processorName: 'Other', name: '' }, false],
    [{ contextName: '', processorName: '', name: 'other' }, false],
  ])('for the function %o hears of no other, neither of its failure', (wanted, matches) => {
    const plan = waitFor('EVENT_HANDLED', { function: wanted });
    expect(follow(plan, signal('EVENT_HANDLED'))).toEqual([matches ? 'shown' : 'dropped']);
    expect(follow(plan, failed('EVENT_HANDLED'))).toEqual([matches ? 'last' : 'dropped']);
  });
});

describe('a wait for the tail of a saga', () => {
  const plan = waitFor('SAGA_HANDLED', {
    tail: { stage: 'SNAPSHOT', function: { contextName: '', processorName: '', name: '' } },
  });
  const saga = (...commands: string[]) => signal('SAGA_HANDLED', { commands });
  const tail = (commandId: string, stage: WaitStage = 'SNAPSHOT') => signal(stage, { commandId });

  it('is over when every command that the saga has sent is there', () => {
    expect(follow(plan, PROCESSED, saga('a', 'b'), tail('b'), tail('a', 'PROCESSED'), tail('a'))).toEqual([
      'shown',
      'shown',
      'shown',
      'shown',
      'last',
    ]);
  });

  it('is over with the saga where that has sent nothing', () => {
    expect(follow(plan, PROCESSED, saga())).toEqual(['shown', 'last']);
  });

  it('counts the commands of the saga, not how often one of them reports', () => {
    expect(follow(plan, PROCESSED, saga('a', 'b'), tail('a'), tail('a'), tail('stranger'))).toEqual([
      'shown',
      'shown',
      'shown',
      'shown',
      'shown',
    ]);
  });

  it('is over when one of the commands fails, at the stage of the tail or before it', () => {
    for (const stage of ['SNAPSHOT', 'PROCESSED'] as const) {
      const broken = failed(stage, { commandId: 'b' });
      expect(follow(plan, PROCESSED, saga('a', 'b'), broken)).toEqual(['shown', 'shown', 'last']);
    }
  });

  it('remembers a command that is there before the saga has said that it sent it', () => {
    expect(follow(plan, PROCESSED, tail('a'), saga('a'))).toEqual(['shown', 'shown', 'last']);
  });
});
