import { FIRST_FINISHED, type Pool, type Removed, averageSizes, findFinished } from '../store/index.ts';

/** Records that are looked up at a time. */
const PAGE = 5_000;

/** What a run of retention would remove of one kind and month. */
export interface SurveyRow extends Removed {
  readonly status: 'SUCCEEDED' | 'deleted';
  /** In which the records were finished, `YYYY-MM` in UTC. */
  readonly month: string;
  /** By the average of all records and events, indexes included. */
  readonly bytes: number;
}

/** What a run of retention would do. */
export interface Survey {
  /** By status, then by month. */
  readonly rows: readonly SurveyRow[];
  /** Records that a subscriber of the feed has not taken yet: they would stay. */
  readonly heldBack: number;
}

/** What would be removed of records that were finished before `before` (epoch milliseconds). @throws StoreUnavailable */
export async function surveyFinishedRecords(pool: Pool, before: number): Promise<Survey> {
  const sums = new Map<string, Pick<SurveyRow, 'status' | 'month'> & { records: number; events: number }>();
  let heldBack = 0;
  for (let place = FIRST_FINISHED; ;) {
    const page = await findFinished(pool, before, place, PAGE);
    for (const record of page) {
      if (record.heldBack) {
        heldBack += 1;
        continue;
      }
      const status = record.deleted ? 'deleted' : 'SUCCEEDED';
      const month = new Date(record.finishedAt).toISOString().slice(0, 7);
      const sum = sums.get(status + month) ?? { status, month, records: 0, events: 0 };
      sums.set(status + month, sum);
      sum.records += 1;
      sum.events += record.version;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    place = last;
  }
  const sizes = await averageSizes(pool);
  const rows = [...sums.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, sum]) => ({ ...sum, bytes: sum.records * sizes.record + sum.events * sizes.event }));
  return { rows, heldBack };
}
