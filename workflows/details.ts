import type { FunctionInfo } from '../src/domain/index.ts';
import type { Handled, View } from './activities.ts';

/** Longest summary that Temporal takes, in bytes. */
const MAX_SUMMARY = 400;

/** One line that tells the execution from others: `<context>/<processor>.<function>`. */
export function summary({ contextName, processorName, name }: FunctionInfo): string {
  const text = `${contextName}/${processorName}.${name}`.toWellFormed();
  // Cut by characters of up to three bytes each; four-byte characters are two in JavaScript.
  return text.length * 3 <= MAX_SUMMARY ? text : `${text.slice(0, Math.floor(MAX_SUMMARY / 3) - 1).toWellFormed()}…`;
}

/** What the timer stands for. */
export function timerSummary(view: View | null): string {
  return view === null ? '' : `retry ${view.retries + 1} of ${view.maxRetries}`;
}

/** The current details in the Temporal Web UI, in markdown: how it stands, what comes next, what can be done. */
export function details(id: string, { version, deadline, view }: Handled): string {
  if (view === null) return `There is no record \`${id}\`: its create was refused.`;
  return [
    `**${headline(view, deadline)}**`,
    '',
    `* Function: \`${code(summary(view.function))}\``,
    `* Last error: \`${code(view.errorCode)}\` ${escape(view.errorMsg)}`,
    `* Recoverable: ${view.recoverable}, retries: ${view.retries} of ${view.maxRetries}, version: ${version}`,
    ...(view.link === null ? [] : [`* Record: [${escape(id)}](${view.link})`]),
    '',
    advice(view, deadline),
  ].join('\n');
}

function headline(view: View, deadline: number | null): string {
  if (view.deleted) return 'Deleted';
  const next = deadline === null ? '' : `, ${timerSummary(view)} is due at ${time(deadline)}`;
  switch (view.status) {
    case 'SUCCEEDED':
      return `Recovered by retry ${view.retries}`;
    case 'PREPARED':
      return `Retry ${view.retries} of ${view.maxRetries} is under way until ${time(view.timeoutAt)}${next}`;
    case 'FAILED':
      if (deadline !== null) return `Waiting${next}`;
      if (view.recoverable === 'UNRECOVERABLE') return 'Unrecoverable: not retried by itself';
      return view.retries >= view.maxRetries ? 'All retries are used up' : 'Not retried by itself';
    default:
      return view.status satisfies never;
  }
}

function advice(view: View, deadline: number | null): string {
  if (view.deleted || view.status === 'SUCCEEDED') return 'Nothing is left to do.';
  if (deadline !== null) {
    return 'Terminating this workflow stops nothing: it is started again from Postgres. To stop the retries, send `mark_recoverable` with `{"recoverable": "UNRECOVERABLE"}` or `default_delete_aggregate`.';
  }
  return 'Send `force_prepare_compensation` to retry once more, `apply_retry_spec` to grant more retries, `mark_recoverable` to change whether it is retried by itself, or `default_delete_aggregate` to give it up.';
}

/** The last and first time that a date can hold, in epoch milliseconds; records may hold others. */
const MAX_DATE = 8.64e15;

function time(at: number): string {
  if (Math.abs(at) > MAX_DATE) return `${at} ms after 1970`;
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const code = (text: string): string => text.replaceAll('`', "'");

const escape = (text: string): string => text.replaceAll(/[\\`*_[\]<>#|~]/g, '\\$&');
