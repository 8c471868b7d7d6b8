import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { NotReportedError, type Redress, RedressError, connectRedress } from '../../client/src/index.ts';
import type { DataFolder } from '../data-folder.ts';
import { LocalError } from '../local-error.ts';
import { createCases, SHOP_CONTEXT } from './cases.ts';
import { startDemoInstance } from './instance.ts';
import { linksTo } from './record.ts';
import type { Screen } from './screen.ts';
import { openShop } from './shop.ts';
import { tellStory } from './story.ts';
import { describeProblems, summarize } from './summary.ts';
import { invitation, introduction } from './texts.ts';
import { findProblems, tryForgery } from './verdict.ts';
import { LOOPBACK } from '../ports.ts';
import type { StopSignals } from '../stop-signals.ts';

/** Where the service finds the secret of the shop, which stands in no file. */
const SECRET_VARIABLE = 'DEMO_SHOP_SECRET';

/** Milliseconds. */
const NOTICE_TIME = 500;

export interface PlayOptions {
  readonly folder: DataFolder;
  readonly screen: Screen;
  readonly signals: StopSignals;
  /** Whether everything stays up when the story is over. */
  readonly stay: boolean;
}

/**
 * Opens the shop, starts an instance that delivers to it, lets the story happen, and stops both.
 * @returns the exit code of the demo
 * @throws LocalError when the instance does not come up or breaks down, or the reason of the stop signal
 */
export async function playDemo({ folder, screen, signals, stay }: PlayOptions): Promise<number> {
  const cases = createCases();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  // The shop is open before there is an instance to report to: retries of a demo that was stopped may come at once.
  const connected = Promise.withResolvers<Redress>();
  const shop = await openShop({
    secret,
    cases: cases.all,
    async reportSuccess(id, attempt) {
      const redress = await connected.promise;
      await redress.applyExecutionSuccess(id, { executeAt: Date.now() }, { attempt });
    },
  });
  try {
    const settings = { TARGETS_FILE: writeTargets(folder, shop.url), [SECRET_VARIABLE]: secret };
    const say = (text: string): void => {
      screen.print(styleText('dim', text));
    };
    say('Starting Postgres, Temporal and Redress …');
    const instance = await startDemoInstance({ folder, say, settings, ...signals });
    const stopping = AbortSignal.any([signals.stopping, instance.lost]);
    try {
      const redress = connectRedress(instance.url, { fetch: fetchUntil(stopping) });
      connected.resolve(redress);
      screen.print(introduction(cases.all, instance, shop.url, folder.path));
      const links = linksTo(instance.url, instance.uiUrl);
      const records = await tellStory({ cases, shop, redress, links, screen, stopping });
      const problems = findProblems(records, shop);
      if (!(await tryForgery(shop.url))) problems.push('The shop took a retry that nobody had signed.');
      screen.print(`\n${summarize(records, shop, screen.columns())}\n\n${describeProblems(problems)}\n`);
      if (stay) {
        screen.print(invitation(instance));
        if (!stopping.aborted) await once(stopping, 'abort');
        instance.lost.throwIfAborted();
      }
      return problems.length === 0 ? 0 : 1;
    } catch (error) {
      await noticeOf(stopping);
      stopping.throwIfAborted();
      const isRefused = error instanceof RedressError || error instanceof NotReportedError;
      throw isRefused ? new LocalError(error.message) : error;
    } finally {
      await instance.stop();
    }
  } finally {
    await shop.close();
  }
}

/** A `fetch` that is given up when the demo is stopped. */
const fetchUntil =
  (stopping: AbortSignal): typeof fetch =>
  (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.any([stopping, ...(init?.signal ? [init.signal] : [])]) });

/** A service that has ended is known to have ended a moment after its connections broke: that says more. */
async function noticeOf(stopping: AbortSignal): Promise<void> {
  const settled = (): void => undefined;
  await sleep(NOTICE_TIME, undefined, { signal: stopping }).catch(settled);
}

/** Writes down who executes the retries of the shop's handlers; the path of the file. */
function writeTargets(folder: DataFolder, url: string): string {
  const file = folder.file('targets.json');
  const shop = {
    name: 'shop',
    kind: 'http',
    match: { context: SHOP_CONTEXT },
    url,
    secretEnv: SECRET_VARIABLE,
    // Otherwise no delivery may reach this machine itself.
    allow: [LOOPBACK],
  };
  writeFileSync(file, `${JSON.stringify({ targets: [shop] }, null, 2)}\n`);
  return file;
}
