import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultService } from '../../../support/fault-service.ts';
import { absenceDuring } from '../absence.ts';
import type { Ground, Row, Struck } from '../row.ts';

/** Longest pause before a process is killed again, from its start on: it may be still starting, or at work for long. */
const LONGEST_LIFE = 6_000;

/** Processes of the product, killed with SIGKILL at any instant. */
export const KILL_ROWS: readonly Row[] = [
  {
    name: 'api-killed',
    fault: 'kill -9 of the API process, again and again',
    strike: (ground) => killAgainAndAgain(ground, [ground.api]),
  },
  {
    name: 'worker-killed',
    fault: 'kill -9 of the worker process, again and again',
    strike: (ground) => killAgainAndAgain(ground, [ground.worker]),
  },
  {
    name: 'both-killed',
    fault: 'kill -9 of API and worker at once, again and again, and many records due',
    hasManyDue: true,
    strike: (ground) => killAgainAndAgain(ground, [ground.api, ground.worker]),
  },
];

/** Kills and starts them for as long as an outage takes. It ends with their last start: coming up is theirs to make up for. */
async function killAgainAndAgain(ground: Ground, services: readonly FaultService[]): Promise<Struck> {
  const killing = killAll(ground, services);
  const absences = await Promise.all(services.map(({ url }) => absenceDuring(url, () => killing)));
  const times = absences.map((absence) => absence.times);
  return { sign: { text: `away ${times.join('× and ')}×`, isSeen: times.every((some) => some > 0) } };
}

async function killAll({ scale, random }: Ground, services: readonly FaultService[]): Promise<void> {
  const until = Date.now() + scale.outage;
  for (;;) {
    await Promise.all(services.map((service) => service.kill()));
    for (const service of services) service.start();
    if (Date.now() >= until) return;
    await sleep(random.between(0, LONGEST_LIFE));
  }
}
