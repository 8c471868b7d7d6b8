import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenAnswers, undecidedWishes, unwantedEffects } from '../support/fault-answers.ts';
import { inventedDeliveries, lostDeliveries } from '../support/fault-deliveries.ts';
import { disorderOfFeed, missedByFeed } from '../support/fault-feed.ts';
import { type Load, startLoad } from '../support/fault-load.ts';
import { chooseSeed, createRandom } from '../support/fault-random.ts';
import { type Stored, brokenRecords, latenesses, overdueRecords, readStored } from '../support/fault-records.ts';
import { type FaultServers, startFaultServers } from '../support/fault-servers.ts';
import { type FaultService, createFaultService } from '../support/fault-service.ts';
import { settled } from '../support/fault-settled.ts';
import { type Deliveries, type FaultTarget, startFaultTarget } from '../support/fault-target.ts';
import { PUSHED } from '../support/fault-wishes.ts';
import { brokenWorkflows } from '../support/fault-workflows.ts';
import { type FeedWatch, watchFeed } from '../support/feed-watch.ts';

/** How often every process is killed. */
const TURNS = 2;
const CLIENTS = 8;
/** Milliseconds for which a killed process stays away, and for which all are at work before the next one is killed. */
const AWAY = 1_000;
const AT_WORK = 2_000;
/** Milliseconds by which a retry may be late once nothing is killed any more. */
const TOLERANCE = 3_000;
/** Milliseconds in which everything must have been made up for. */
const SETTLING = 60_000;

describe('two processes for the API and three for the work, each killed in turn', () => {
  const seed = chooseSeed();
  const random = createRandom(seed);
  let servers: FaultServers;
  let target: FaultTarget;
  let doors: readonly [FaultService, FaultService];
  let workers: readonly FaultService[];
  let feed: FeedWatch;
  let load: Load;
  let stored: Stored;
  let deliveries: Deliveries;
  const all = (): readonly FaultService[] => [...doors, ...workers];

  beforeAll(async () => {
    console.log(`FAULTS_SEED=${seed}`);
    servers = await startFaultServers();
    target = await startFaultTarget(random.fork());
    const TARGETS_FILE = servers.file('targets.json');
    const match = { context: PUSHED };
    const pushed = { name: 'pushed', kind: 'http', match, url: target.url, timeout: 2, allow: ['127.0.0.1'] };
    await writeFile(TARGETS_FILE, JSON.stringify({ targets: [pushed] }));
    const env = { ...servers.env, TARGETS_FILE };
    const make = (ROLES: 'api' | 'worker', more = {}) => createFaultService({ ...env, ROLES, ...more });
    // What one of them takes is carried out by a worker, that of the other one is stored at once.
    doors = [await make('api', { CREATE_PATH: 'workflow' }), await make('api', { CREATE_PATH: 'store' })];
    workers = [await make('worker'), await make('worker'), await make('worker')];
    for (const service of all()) service.start();
    feed = watchFeed([doors[0].url, doors[1].url]);
    await Promise.all(all().map((service) => service.working()));
    load = startLoad({ urls: [doors[0].url, doors[1].url], target, random: random.fork(), clients: CLIENTS });
    await sleep(AT_WORK);
    await killInTurn();
    await load.stop();
    ({ stored, deliveries } = await settled(servers, target, feed, { tolerance: TOLERANCE, patience: SETTLING }));
    report();
  }, 900_000);

  afterAll(async () => {
    await feed.leave();
    for (const service of all()) await service.kill();
    await target.close();
    await servers.remove();
  });

  async function killInTurn(): Promise<void> {
    for (const service of Array.from({ length: TURNS }, all).flat()) {
      await service.kill();
      await sleep(random.between(0, AWAY));
      service.start();
      await service.working();
      await sleep(random.between(0, AT_WORK));
    }
  }

  function report(): void {
    const sends = load.wishes.flatMap((wish) => wish.sends);
    const kinds = Object.entries(Object.groupBy(sends, ({ answer }) => answer?.kind ?? 'none'));
    const late = latenesses(stored);
    console.log(
      [
        `${load.wishes.length} commands, answers: ${kinds.map(([kind, some]) => `${some.length} ${kind}`).join(', ')}`,
        `${stored.records.length} records, ${deliveries.size} attempts delivered, ${late.length} retries by the timer`,
        ...all().flatMap((service) => service.errors()),
      ].join('\n'),
    );
  }

  test('every answer is borne out by what is stored, whichever process gave it', () => {
    expect(brokenAnswers(load.wishes, stored)).toEqual([]);
  });

  test('every command was decided in the end, once', () => {
    expect(undecidedWishes(load.wishes)).toEqual([]);
    expect(unwantedEffects(load.wishes, stored)).toEqual([]);
  });

  test('callers of the API learned what workers decided in other processes', () => {
    const decided = load.wishes.flatMap(({ name, sends }) =>
      sends.flatMap(({ answer }) => (answer?.kind === 'result' && name !== 'create_execution_failed' ? [answer] : [])),
    );
    const stages = Map.groupBy(decided, ({ result }) => result.stage);
    expect(stages.get('PROCESSED')?.length).toBeGreaterThan(0);
    expect(stages.get('SNAPSHOT')?.length).toBeGreaterThan(0);
  });

  test('every snapshot follows from its events, and the timer prepared only what was due', () => {
    expect(brokenRecords(stored)).toEqual([]);
    expect(latenesses(stored).length).toBeGreaterThan(0);
  });

  test('everything that is due was retried', () => {
    expect(overdueRecords(stored, TOLERANCE)).toEqual([]);
  });

  test('every attempt was delivered, and its outcome is known', () => {
    expect(deliveries.size).toBeGreaterThan(0);
    expect(lostDeliveries(stored, deliveries)).toEqual([]);
    expect(inventedDeliveries(stored, deliveries)).toEqual([]);
  });

  test(
    'every open record has its workflow, and no other',
    async () => {
      // Life goes on meanwhile: what is stored and what Temporal says are not of the same instant.
      const broken = async (): Promise<string[]> =>
        brokenWorkflows(servers.temporal.address, await readStored(servers));
      await expect.poll(broken, { timeout: SETTLING, interval: 1_000 }).toEqual([]);
    },
    SETTLING + 15_000,
  );

  test('the feed misses nothing, and sends the events of a record in order', () => {
    expect(missedByFeed(feed.seen, stored)).toEqual([]);
    expect(disorderOfFeed(feed.seen, stored)).toEqual([]);
    expect(feed.refusedPlaces).toEqual([]);
  });

  test('no process ended by itself', () => {
    const ends = all().flatMap((service) => service.errors());
    expect(ends.filter((error) => error.startsWith('it ended'))).toEqual([]);
  });
});
