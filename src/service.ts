import type { Logger } from 'pino';
import { createActivities } from '../activities/index.ts';
import { type CommandHandler, createCommandHandler } from './command-handler/index.ts';
import type { Config } from './config.ts';
import { createTally, watchTargets } from './dispatch/index.ts';
import { createFeed } from './feed/index.ts';
import { createGateway } from './gateway/index.ts';
import { createHealthChecks } from './health-checks.ts';
import {
  OPERATOR_ROUTES,
  ROUTES,
  createApp,
  createIdGenerators,
  createPages,
  createQueries,
  createReads,
  startHttp,
} from './http/index.ts';
import { openCluster, runOut, takeCommands } from './kafka/index.ts';
import { createMetrics } from './metrics.ts';
import { runPruning, runRetention, runStarter, runSweep } from './recovery/index.ts';
import {
  type CreateRecord,
  type Pool,
  campaign,
  checkCluster,
  countDeadLetters,
  countOpen,
  createGlobalIds,
  createPools,
  createRecord,
  groupCreates,
  isReachable,
  leaseInstance,
  migrate,
  observeNamespace,
  openClock,
  readEngagement,
  readFeedLag,
  watchForSetBack,
} from './store/index.ts';
import { reportTargets, tallyOutcome, twoWayTargets } from './target-report.ts';
import { type Link, bundleWorkflows, createExecutions, openLink, workflowUrl } from './temporal/index.ts';

/** A running service. */
export interface Service {
  /** Where it listens: for the API, or only for health and metrics. */
  readonly url: string;
  /** Stops in order: HTTP with the readers of the feed, waiters, starter, worker, pools. */
  stop(): Promise<void>;
}

/** Wires the rooms and starts them. Temporal may come later; Postgres has to be there. */
export async function startService(config: Config, log: Logger): Promise<Service> {
  const targets = await watchTargets(config.targetsFile, process.env, log);
  const tally = createTally(Date.now);
  const startedAt = Date.now();
  // Before anything else is started: its files may not be readable.
  const cluster = config.kafka === null ? null : await openCluster(config.kafka, log);
  await migrate(config.databaseUrl, log);
  const pools = createPools(config.databaseUrl, log);
  await checkCluster(pools.commands);
  const clock = await openClock(pools.commands, log);
  const lease = await leaseInstance(pools.commands, log, {
    url: config.advertisedUrl,
    roles: [...config.roles].join(','),
  });
  const ids = createGlobalIds(() => lease.machineId(), clock.now);
  const metrics = createMetrics();
  const handlerOn = (pool: Pool, create: CreateRecord): CommandHandler =>
    createCommandHandler({
      pool,
      createRecord: create,
      ids,
      now: clock.now,
      autoRetry: config.autoRetry,
      retryDefaults: config.retryDefaults,
      log,
      onDecided: (decision) => {
        metrics.decided(decision);
        tallyOutcome(tally, targets, decision);
      },
    });

  let epoch = 0;
  const link: Link = openLink({
    log,
    async onNamespace(namespaceId) {
      epoch = await observeNamespace(pools.commands, namespaceId, config.autoRetry);
    },
    worker: config.roles.has('worker')
      ? {
          bundle: bundleWorkflows,
          activities: createActivities({
            handler: handlerOn(pools.commands, (...version) => createRecord(pools.commands, ...version)),
            now: clock.now,
            targets,
            onDelivered: (target) => {
              tally.delivered(target);
            },
            epoch: () => epoch,
            autoRetry: config.autoRetry,
            searchable: () => config.visibilityUpserts && link.searchable(),
            links: {
              record: (id) => `${config.publicUrl}/execution_failed/${encodeURIComponent(id)}/snapshot`,
              workflow: (id) =>
                config.temporalUiUrl === null ? null : workflowUrl(config.temporalUiUrl, link.namespace, id),
            },
          }),
          onReply: (reply) => {
            gateway.reply(reply);
          },
          maxCachedWorkflows: config.maxCachedWorkflows,
          shutdownGraceTime: config.shutdownTimeout / 4_000,
          // Half of the time is the callers', who are waited for first; a little is left for what comes after.
          shutdownForceTime: config.shutdownTimeout / 2_200,
        }
      : null,
  });
  const executions = createExecutions(link);
  const gateway = createGateway({
    pool: pools.commands,
    ids,
    handler: handlerOn(pools.creates, groupCreates(pools.creates)),
    executions,
    advertisedUrl: config.advertisedUrl,
    waitHosts: config.waitHosts,
    maxWaiting: config.maxWaiting,
    createPath: config.createPath,
    isStoreReachable: () => isReachable(pools),
    onRefused: (name, code) => {
      metrics.refused(name, code);
    },
    onCreate: (path) => {
      metrics.created(path);
    },
    log,
  });
  const leadership = campaign(pools, log, 'starter');
  const starter = runStarter({
    pool: pools.commands,
    executions,
    leadership,
    epoch: () => epoch,
    isAlone: () => lease.isAlone(),
    isStorm: () => gateway.isStorm(),
    pushes: () => targets.all.some(({ kind }) => kind !== 'event'),
    autoRetry: config.autoRetry,
    now: clock.now,
    log,
  });
  const sweep = runSweep({ pool: pools.commands, executions, leadership, epoch: () => epoch, log });
  const pruning = runPruning({ pool: pools.commands, leadership, log });
  const retention =
    config.retention === null
      ? null
      : runRetention({
          pools,
          leadership,
          retention: config.retention,
          now: clock.now,
          onRemoved: (removed) => {
            metrics.removed(removed);
          },
          onRun: (removal) => {
            metrics.retained(removal);
          },
          log,
        });
  const setBack = watchForSetBack(pools.queries, log, () => {
    link.reset();
  });
  const feed = createFeed({ pool: pools.queries, log });
  const kafkaOut =
    cluster === null || !config.roles.has('worker')
      ? null
      : await runOut({
          cluster,
          pools,
          feed,
          publishesPrepared: (f) => targets.publishesPrepared(f),
          onPublished: (topic, records) => {
            metrics.published(topic, records);
          },
          log,
        });
  const twoWay = twoWayTargets(targets);
  if (kafkaOut !== null && twoWay.length > 0) {
    log.warn(
      { targets: twoWay },
      'these targets get their retries pushed, and Kafka tells of them too: where a Wow service has the function, it is ' +
        'executed twice. Set publishPrepared of each to false or true',
    );
  }
  // Commands come in where REST does, whichever way they come: workers are scaled without a part in the group.
  const commandsIn =
    cluster === null || !config.roles.has('api')
      ? null
      : takeCommands({
          cluster,
          gateway,
          retryDefaults: config.retryDefaults,
          onProcessed: (what) => {
            metrics.taken(what);
          },
          onRepeated: () => {
            metrics.repeated();
          },
          log,
        });
  metrics.observe({
    waitingCallers: () => gateway.waiting(),
    poolWaits: () => ({
      commands: pools.commands.waiting(),
      creates: pools.creates.waiting(),
      queries: pools.queries.waiting(),
      streams: pools.streams.waiting(),
    }),
    countOpenRecords: () => countOpen(pools.queries),
    readEngagement: () => readEngagement(pools.queries),
    temporalConnected: () => link.state().connected,
    feedReaders: () => feed.readers(),
    readFeedLag: () => readFeedLag(pools.queries),
    countDeadLetters: () => countDeadLetters(pools.queries),
    ...(commandsIn !== null && { commandsIn: () => commandsIn.state() }),
  });
  const servesApi = config.roles.has('api');
  const app = createApp(
    {
      gateway,
      reads: createReads(pools.queries),
      pools,
      queries: createQueries(pools, { now: clock.now, zone: config.queryZone, guard: config.queryGuard }),
      feed,
      health: createHealthChecks({
        pool: pools.queries,
        link,
        targets,
        kafkaOut,
        commandsIn,
        machineId: () => lease.machineId(),
      }),
      metrics,
      targets: () => reportTargets(targets, tally, startedAt),
      idGenerators: createIdGenerators({
        next: () => ids.next(),
        state: () => ({ machineId: lease.machineId(), lastTimestamp: ids.lastTime() }),
      }),
      log,
      retryDefaults: config.retryDefaults,
    },
    servesApi ? ROUTES : OPERATOR_ROUTES,
    servesApi ? createPages(config) : undefined,
  );
  const http = await startHttp({ host: config.host, port: config.port, app });
  return {
    url: http.url,
    async stop() {
      const closed = http.close(config.shutdownTimeout / 2);
      feed.stop();
      targets.stop();
      // Callers get half of the time to see their command through; then their waits end.
      const waits = setTimeout(() => {
        gateway.stop();
      }, config.shutdownTimeout / 4);
      await Promise.all([closed, commandsIn?.stop(config.shutdownTimeout / 4)]);
      clearTimeout(waits);
      gateway.stop();
      const led = [starter, sweep, pruning, retention, kafkaOut];
      await Promise.all([...led.map((job) => job?.stop()), setBack.stop(), cluster?.close()]);
      await link.stop();
      await leadership.stop();
      await lease.release();
      clock.stop();
      await pools.end();
    },
  };
}
