import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CreatePaths, choosePaths } from '../../src/gateway/create-path.ts';
import { watchStorms } from '../../src/gateway/storm.ts';

const MAX_UNANSWERED = 8;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const calm = (): boolean => false;

/** How many of so many creates that come at once go through their workflows; they are called `<name>-<number>`. */
const enter = (paths: CreatePaths, count: number, name = 'create'): number =>
  Array.from({ length: count }, (_, index) => paths.enter(`${name}-${index + 1}`)).filter(Boolean).length;

describe('creates under CREATE_PATH=auto', () => {
  it('go through their workflows while fewer than eight are unanswered', () => {
    const paths = choosePaths('auto', calm);
    expect(enter(paths, MAX_UNANSWERED)).toBe(MAX_UNANSWERED);
    paths.left('create-3');
    expect(enter(paths, 1, 'next')).toBe(1);
  });

  it('are stored for a second once there are more, however soon the others are answered', () => {
    const paths = choosePaths('auto', calm);
    expect(enter(paths, 64)).toBe(MAX_UNANSWERED);
    for (let index = 1; index <= 64; index += 1) paths.left(`create-${index}`);
    expect(enter(paths, 64, 'next')).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(enter(paths, 64, 'later')).toBe(MAX_UNANSWERED);
  });

  it('are stored for as long as it storms, and for a second more', () => {
    let storms = true;
    const paths = choosePaths('auto', () => storms);
    expect(enter(paths, 1, 'in the storm')).toBe(0);
    storms = false;
    vi.advanceTimersByTime(999);
    expect(enter(paths, 1, 'right after it')).toBe(0);
    vi.advanceTimersByTime(1);
    expect(enter(paths, 1, 'later')).toBe(1);
  });

  it('count no longer when they are unanswered after two seconds', () => {
    const paths = choosePaths('auto', calm);
    expect(enter(paths, MAX_UNANSWERED)).toBe(MAX_UNANSWERED);
    vi.advanceTimersByTime(1_999);
    expect(enter(paths, 1, 'early')).toBe(0);
    vi.advanceTimersByTime(1_001);
    expect(enter(paths, MAX_UNANSWERED, 'late')).toBe(MAX_UNANSWERED);
  });
});

it('CREATE_PATH=workflow sends every create through its workflow, CREATE_PATH=store none', () => {
  expect(enter(choosePaths('workflow', calm), 64)).toBe(64);
  expect(enter(choosePaths('store', calm), 64)).toBe(0);
});

describe.each(['auto', 'workflow'] as const)(
  'after a start that did not come in time, under CREATE_PATH=%s',
  (path) => {
    it('creates are stored for five seconds; then one tries, and the others follow when it was taken', () => {
      const paths = choosePaths(path, calm);
      expect(enter(paths, 2)).toBe(2);
      paths.left('create-1');
      paths.failed();
      // It was on its way before, and says nothing about now.
      paths.started();
      paths.left('create-2');
      vi.advanceTimersByTime(4_999);
      expect(enter(paths, 3, 'early')).toBe(0);
      vi.advanceTimersByTime(1);
      expect(enter(paths, 3, 'probe')).toBe(1);
      paths.started();
      expect(enter(paths, 3, 'next')).toBe(3);
    });

    it('they are stored for five more where that one is not taken either', () => {
      const paths = choosePaths(path, calm);
      paths.failed();
      vi.advanceTimersByTime(5_000);
      expect(enter(paths, 1, 'probe')).toBe(1);
      paths.failed();
      paths.left('probe-1');
      vi.advanceTimersByTime(4_999);
      expect(enter(paths, 1, 'early')).toBe(0);
    });
  },
);

it('a storm is a hundred stored creates in a second, and is over a second later', () => {
  const storms = watchStorms();
  const store = (count: number): void => {
    for (let index = 0; index < count; index += 1) storms.stored();
  };
  store(99);
  expect(storms.isStorm()).toBe(false);
  store(1);
  expect(storms.isStorm()).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(storms.isStorm()).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(storms.isStorm()).toBe(false);
});
