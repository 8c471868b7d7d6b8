import type { Entry, FunctionInfo } from '../src/domain/index.ts';
import type { Handled, View } from './activities.ts';

/** Longest summary that Temporal takes, in bytes. */
const MAX_SUMMARY = 400;

/** One line that tells the execution from others: `<context>/<processor>.<function>`. */
export function summary({ contextName, processorName, name }: FunctionInfo): string {
  return cutSummary(`${contextName}/${processorName}.${name}`);
}

/** What the timer stands for. */
export function timerSummary(view: View | null): string {
  return view === null ? '' : `retry ${view.retries + 1} of ${view.maxRetries}`;
}

/** What a `handle` decides: the names of the commands, or that it only looks. */
export function handleSummary(entries: readonly Entry[]): string {
  if (entries.length === 0) return 'look at the record';
  const names = entries.map((entry) =>
    entry.origin === 'timer' ? 'prepare_compensation by timer' : entry.message.name,
  );
  return cutSummary([...new Set(names)].join(', '));
}

/**
 * The current details in the Temporal Web UI, in markdown: how it stands, what comes next, what can be done. `refusal`
 * is why the last signal by hand was refused, which nobody would learn otherwise; blank: it was not.
 */
export function details(id: string, { version, deadline, view }: Handled, refusal: string): string {
  if (view === null) return `There is no record \`${code(id)}\`: its create was refused.`;
  return [
    `**${headline(view, deadline)}**`,
    '',
    `* Function: \`${code(summary(view.function))}\`, executed by ${executor(view)}`,
    `* Failed event of: \`${code(view.source)}\``,
    `* Last error: \`${code(view.errorCode)}\` ${escape(view.errorMsg)} (executed at ${time(view.executeAt)})`,
    `* Recoverable: ${view.recoverable}, retries: ${retries(view)}, version: ${version}`,
    `* Record: [${escape(id)}](${view.link})`,
    ...(refusal === '' ? [] : ['', `**Refused:** ${escape(refusal)}`]),
    '',
    advice(view, deadline),
  ].join('\n');
}

function headline(view: View, deadline: number | null): string {
  if (view.deleted) return 'Deleted';
  switch (view.status) {
    case 'SUCCEEDED':
      return `Recovered by retry ${view.retries}`;
    case 'PREPARED':
      return deadline === null
        ? `The last retry (${view.retries} of ${view.maxRetries}) is out: if nothing is reported until ${time(view.timeoutAt)}, somebody has to act`
        : `Retry ${view.retries} of ${view.maxRetries} is out until ${time(view.timeoutAt)}; without an answer the next one follows at ${time(deadline)}`;
    case 'FAILED':
      if (deadline !== null) return `Waiting: ${timerSummary(view)} is due at ${time(deadline)}`;
      if (view.recoverable === 'UNRECOVERABLE') return 'Unrecoverable: somebody has to act';
      return view.retries >= view.maxRetries ? 'All retries are used up: somebody has to act' : 'Not retried by itself';
    default:
      return view.status satisfies never;
  }
}

function advice(view: View, deadline: number | null): string {
  if (view.deleted) return 'To bring it back, send `default_recover_aggregate`.';
  if (view.status === 'SUCCEEDED') return 'Nothing is left to do.';
  const now = view.status === 'FAILED' ? ['to retry now, `prepare_compensation`'] : [];
  const ways =
    deadline !== null
      ? [...now, 'to stop the retries, `mark_recoverable` with `{"recoverable": "UNRECOVERABLE"}`']
      : [
          'to retry once more, `force_prepare_compensation`',
          ...(view.recoverable === 'UNRECOVERABLE'
            ? ['to let it be retried by itself, `mark_recoverable` with `{"recoverable": "RECOVERABLE"}`']
            : ['to grant more retries, `apply_retry_spec`']),
        ];
  return [
    `Signals that help: ${[...ways, 'to give it up, `default_delete_aggregate`'].join('; ')}.`,
    '',
    'Cancelling this workflow changes nothing. Terminating it loses nothing that is recorded: its next retry comes about a ' +
      'minute late; a record that waits for a person is here again with its next command.',
  ].join('\n');
}

const executor = ({ target }: View): string =>
  target === null ? 'the service itself, which reads what is prepared' : `target \`${code(target)}\``;

const retries = ({ retries: made, maxRetries }: View): string =>
  made > maxRetries ? `${made} (${maxRetries} by itself)` : `${made} of ${maxRetries}`;

/** The last and first time that a date can hold, in epoch milliseconds; records may hold others. */
const MAX_DATE = 8.64e15;

function time(at: number): string {
  if (Math.abs(at) > MAX_DATE) return `${at} ms after 1970`;
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function cutSummary(text: string): string {
  const whole = text.toWellFormed();
  // Cut by characters of up to three bytes each; four-byte characters are two in JavaScript.
  return whole.length * 3 <= MAX_SUMMARY ? whole : `${whole.slice(0, Math.floor(MAX_SUMMARY / 3) - 1).toWellFormed()}…`;
}

const code = (text: string): string => text.replaceAll('`', "'");

const escape = (text: string): string => text.replaceAll(/[\\`*_[\]<>#|~]/g, '\\$&');
