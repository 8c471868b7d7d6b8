import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenAnswers, undecidedWishes, unwantedEffects } from '../support/fault-answers.ts';
import { inventedDeliveries, lostDeliveries } from '../support/fault-deliveries.ts';
import { disorderOfFeed, missedByFeed } from '../support/fault-feed.ts';
import { type Load, startLoad } from '../support/fault-load.ts';
import { type Random, chooseSeed, createRandom } from '../support/fault-random.ts';
import { type Stored, brokenRecords, latenesses, overdueRecords, readStored } from '../support/fault-records.ts';
import { type FaultServers, startFaultServers } from '../support/fault-servers.ts';
import { type FaultService, createFaultService } from '../support/fault-service.ts';
import { settled } from '../support/fault-settled.ts';
import { type Deliveries, type FaultTarget, startFaultTarget } from '../support/fault-target.ts';
import { PUSHED } from '../support/fault-wishes.ts';
import { brokenWorkflows } from '../support/fault-workflows.ts';
import { type FeedWatch, watchFeed } from '../support/feed-watch.ts';

/** How often a service is killed; three times of these everything else is killed with it. */
const ROUNDS = 20;
const CLIENTS = 32;
/** Milliseconds that a round may take on average, so that a slow machine does not take for ever. */
const PACE = 3_000;
/** Milliseconds by which a retry may be late once nothing is killed any more. */
const TOLERANCE = 3_000;
/** Milliseconds in which everything must have been made up for. */
const SETTLING = 45_000;

describe('after many crashes', () => {
  const seed = chooseSeed();
  const random = createRandom(seed);
  let servers: FaultServers;
  let target: FaultTarget;
  let services: [FaultService, FaultService];
  let feed: FeedWatch;
  let load: Load;
  let stored: Stored;
  let deliveries: Deliveries;

  beforeAll(
    async () => {
      console.log(`FAULTS_SEED=${seed}`);
      servers = await startFaultServers();
      target = await startFaultTarget(random.fork());
      const targetsFile = servers.file('targets.json');
      const match = { context: PUSHED };
      const pushed = { name: 'pushed', kind: 'http', match, url: target.url, timeout: 2, allow: ['127.0.0.1'] };
      await writeFile(targetsFile, JSON.stringify({ targets: [pushed] }));
      const env = { ...servers.env, TARGETS_FILE: targetsFile };
      // One of them stores creates itself and leaves their workflows to the starter, whichever of the two that is.
      services = [await createFaultService(env), await createFaultService({ ...env, CREATE_PATH: 'store' })];
      for (const service of services) service.start();
      feed = watchFeed([services[0].url, services[1].url]);
      load = startLoad({ urls: [services[0].url, services[1].url], target, random: random.fork(), clients: CLIENTS });
      await killAgainAndAgain(servers, services, random);
      await Promise.all([load.stop(), ...services.map((service) => service.working())]);
      ({ stored, deliveries } = await settled(servers, target, feed, { tolerance: TOLERANCE, patience: SETTLING }));
      report(load, stored, deliveries, services);
    },
    60_000 + SETTLING + ROUNDS * 15_000,
  );

  afterAll(async () => {
    await feed.leave();
    for (const service of services) await service.kill();
    await target.close();
    await servers.remove();
  });

  test('every answer is borne out by what is stored', () => {
    expect(brokenAnswers(load.wishes, stored)).toEqual([]);
  });

  test('every command was decided in the end', () => {
    expect(undecidedWishes(load.wishes)).toEqual([]);
  });

  test('nothing took effect twice, and nothing that nobody sent', () => {
    expect(unwantedEffects(load.wishes, stored)).toEqual([]);
  });

  test('every snapshot follows from its events, and the timer prepared only what was due', () => {
    expect(brokenRecords(stored)).toEqual([]);
  });

  test('everything that is due was retried', () => {
    expect(overdueRecords(stored, TOLERANCE)).toEqual([]);
  });

  test('every attempt was delivered, and its outcome is known', () => {
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

  test('no service ended by itself', () => {
    expect(services.flatMap((service) => service.errors()).filter((error) => error.startsWith('it ended'))).toEqual([]);
  });
});

/** Kills a service, both, or everything at random instants, and starts again what was killed. */
async function killAgainAndAgain(
  servers: FaultServers,
  services: readonly [FaultService, FaultService],
  random: Random,
): Promise<void> {
  const roundsAt = (...parts: number[]) => new Set(parts.map((part) => Math.floor(part * ROUNDS)));
  const everything = roundsAt(0.25, 0.55, 0.85);
  const postgresAlone = roundsAt(0.4);
  const temporalAlone = roundsAt(0.7);
  const startedAt = Date.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    const victims = everything.has(round) || random.chance(0.05) ? services : [random.pick(services)];
    // Most at work, while time allows; the others wherever they are: in their start perhaps, which needs Postgres.
    const isHunted = random.chance(0.6) && Date.now() - startedAt < round * PACE;
    const atWork = postgresAlone.has(round) ? services : isHunted ? victims : [];
    await Promise.all(atWork.map((service) => service.working()));
    await sleep(random.between(0, 1_500));
    const killed = victims.map((service) => service.kill());
    if (everything.has(round)) {
      await Promise.all([...killed, servers.kill()]);
      await servers.start();
    }
    if (postgresAlone.has(round)) await servers.postgres.kill().then(() => servers.postgres.start());
    if (temporalAlone.has(round)) await servers.temporal.kill().then(() => servers.temporal.start());
    await Promise.all(killed);
    for (const service of victims) service.start();
  }
}

function report(load: Load, stored: Stored, deliveries: Deliveries, services: readonly FaultService[]): void {
  const answers = load.wishes.flatMap(({ sends }) => sends.map(({ answer }) => kindOf(answer)));
  const counts = Object.fromEntries([...Map.groupBy(answers, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
  const late = latenesses(stored);
  const quantile = (part: number): number => late[Math.min(late.length - 1, Math.floor(part * late.length))] ?? 0;
  console.log(
    [
      `${load.wishes.length} commands: ${JSON.stringify(counts)}`,
      `${stored.records.length} records, ${stored.records.flatMap(({ streams }) => streams).length} events, ${deliveries.size} attempts delivered`,
      `${late.length} retries by the timer, late by ${quantile(0.5)} ms (p50), ${quantile(0.95)} ms (p95), ${quantile(1)} ms (max)`,
      ...services.flatMap((service) => service.errors()),
    ].join('\n'),
  );
}

function kindOf(answer: Load['wishes'][number]['sends'][number]['answer']): string {
  if (answer?.kind === 'result') return answer.result.succeeded ? answer.result.stage : answer.result.errorCode;
  return answer?.kind === 'error' ? String(answer.status) : (answer?.kind ?? 'unanswered');
}
