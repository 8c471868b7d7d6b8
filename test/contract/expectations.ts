import type { Expectation } from './expectation.ts';

/** The differences that are kept on purpose, in the order in which they are tried. */
export const EXPECTATIONS: readonly Expectation[] = [];
