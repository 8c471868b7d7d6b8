import { SearchAttributeType, type SearchAttributePair, defineSearchAttributeKey } from '@temporalio/common';
import type { View } from './activities.ts';

/** What SQL visibility stores of one value, in characters. */
const MAX_LENGTH = 255;

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** The search attributes of an execution, for queries in the Temporal Web UI. */
export const SEARCH_ATTRIBUTES = {
  status: keyword('CompensationStatus'),
  waitsFor: keyword('CompensationWaitsFor'),
  recoverable: keyword('CompensationRecoverable'),
  context: keyword('CompensationContext'),
  processor: keyword('CompensationProcessor'),
  function: keyword('CompensationFunction'),
  errorCode: keyword('CompensationErrorCode'),
} as const;

/** What the search attributes are made of. */
export interface Searched extends Pick<View, 'status' | 'deleted' | 'recoverable' | 'function' | 'errorCode'> {
  /** Whether it goes on by itself: there is a deadline. */
  readonly due: boolean;
}

/** The status as it is searched for: the contract's, or DELETED. */
export const searchedStatus = ({ status, deleted }: Pick<View, 'status' | 'deleted'>): string =>
  deleted ? 'DELETED' : status;

/** What has to happen next: its timer, the report of whoever executes the attempt, or somebody's decision. */
function waitsFor({ status, deleted, due }: Searched): string {
  if (deleted || status === 'SUCCEEDED') return 'NOBODY';
  if (status === 'PREPARED') return 'TARGET';
  return due ? 'TIMER' : 'PERSON';
}

/** All search attributes of a record; an empty value is left out. */
export function searchAttributes(record: Searched): SearchAttributePair[] {
  const { contextName, processorName, name } = record.function;
  const values: Record<keyof typeof SEARCH_ATTRIBUTES, string> = {
    status: searchedStatus(record),
    waitsFor: waitsFor(record),
    recoverable: record.recoverable,
    context: contextName,
    processor: processorName,
    function: name,
    errorCode: record.errorCode,
  };
  return Object.entries(SEARCH_ATTRIBUTES).flatMap(([attribute, key]) => {
    const value = values[attribute as keyof typeof values].slice(0, MAX_LENGTH).toWellFormed();
    return value === '' ? [] : [{ key, value }];
  });
}
