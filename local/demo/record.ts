import type { ReportedError } from '../../client/src/index.ts';
import type { DemoCase } from './cases.ts';
import type { History } from './history.ts';
import type { TraceCut } from './trace.ts';

/** A case with what has become of it so far. */
export interface DemoRecord {
  readonly demoCase: DemoCase;
  /** Null until its failure is reported. */
  reported: { readonly id: string; readonly error: ReportedError } | null;
  /** Null until the first event is read. */
  history: History | null;
  /** How its stack trace was cut; null: not at all, as far as is known. */
  cut: TraceCut | null;
}

/** Where people look at records. */
export interface Links {
  /** The record, as the API gives it. */
  record(id: string): string;
  /** What is to be PUT for one more retry. */
  forceRetry(id: string): string;
  /** Its workflow in the Temporal Web UI. */
  workflow(id: string): string;
  /** All workflows that wait for a person, in the Temporal Web UI. */
  readonly waitingForPerson: string;
}

const recordPath = (id: string): string => `/execution_failed/${encodeURIComponent(id)}`;

/** The links of an instance, by the addresses of its API and its Temporal Web UI. */
export function linksTo(url: string, uiUrl: string): Links {
  const workflows = `${uiUrl}/namespaces/default/workflows`;
  return {
    record: (id) => `${url}${recordPath(id)}/snapshot`,
    forceRetry: (id) => `${url}${recordPath(id)}/force_prepare_compensation`,
    workflow: (id) => `${workflows}/${encode(`execution_failed/(0)/${id}`)}`,
    waitingForPerson: `${workflows}?query=${encode('CompensationWaitsFor="PERSON"')}`,
  };
}

/** Terminals let a link end at a parenthesis, which `encodeURIComponent` leaves as it is. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[()]/g, (character) => (character === '(' ? '%28' : '%29'));
