import { setTimeout as sleep } from 'node:timers/promises';
import type { Redress } from '../../client/src/index.ts';
import type { DemoCases } from './cases.ts';
import { storyLine } from './lines.ts';
import { liveTable } from './live.ts';
import { createNoticeReader, type News, readNews } from './news.ts';
import { createOperator } from './operator.ts';
import type { DemoRecord, Links } from './record.ts';
import { failAndReport } from './report.ts';
import type { Screen } from './screen.ts';
import type { Shop } from './shop.ts';

/** Milliseconds between two looks at the API. */
const LOOK_INTERVAL = 150;
/** What happens is told so many milliseconds later, when what happened before it has been read of all records. */
const SETTLING_TIME = 200;
/** All of it takes about 20 s. */
const OVER_WITHIN = 60_000;

/** What the story is played with. */
export interface Stage {
  readonly cases: DemoCases;
  readonly shop: Shop;
  readonly redress: Redress;
  readonly links: Links;
  readonly screen: Screen;
  readonly stopping: AbortSignal;
}

/** Lets all cases fail and shows how they are recovered, until they are or it takes too long. */
export async function tellStory({
  cases,
  shop,
  redress,
  links,
  screen,
  stopping,
}: Stage): Promise<readonly DemoRecord[]> {
  const records = cases.all.map((demoCase): DemoRecord => ({ demoCase, reported: null, history: null, cut: null }));
  const noticesAbout = createNoticeReader(shop);
  const operate = createOperator(cases, redress, links);
  const startedAt = Date.now();
  screen.live((columns) => liveTable(records, startedAt, Date.now(), columns));
  const tell = (news: readonly News[]): void => {
    for (const { at, record, text } of news.toSorted((one, other) => one.at - other.at)) {
      screen.print(storyLine(at - startedAt, record.demoCase, text));
    }
  };
  let untold: readonly News[] = [];
  while (records.some(({ history }) => history?.status !== 'SUCCEEDED') && Date.now() < startedAt + OVER_WITHIN) {
    const now = Date.now();
    const news = await Promise.all(
      records.map(async (record) => [
        ...(await readNews(redress, links, record)),
        ...noticesAbout(record),
        ...(await operate(record)),
      ]),
    );
    untold = [...untold, ...news.flat()];
    tell(untold.filter(({ at }) => at <= now - SETTLING_TIME));
    untold = untold.filter(({ at }) => at > now - SETTLING_TIME);
    for (const record of records) {
      if (record.reported !== null || now < startedAt + record.demoCase.startsAt) continue;
      record.reported = await failAndReport(record.demoCase, redress, shop.closing);
    }
    await sleep(LOOK_INTERVAL, undefined, { signal: stopping });
  }
  tell(untold);
  screen.live(null);
  return records;
}
