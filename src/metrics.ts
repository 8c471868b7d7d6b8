import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Decision } from './command-handler/index.ts';
import type { CommandName } from './domain/index.ts';
import type { Served } from './http/index.ts';
import type { CommandsInState, Intaken } from './kafka/index.ts';
import type { Removal } from './recovery/index.ts';
import type { Engagement, FeedLag, Removed } from './store/index.ts';

/** Milliseconds for which the number of open records is not counted again. */
const COUNTED_FOR = 10_000;

/** What is measured at the moment of a scrape. */
export interface Readings {
  waitingCallers(): number;
  /** Callers that wait for a connection, by pool. */
  poolWaits(): Readonly<Record<string, number>>;
  countOpenRecords(): Promise<number>;
  readEngagement(): Promise<Engagement>;
  temporalConnected(): boolean;
  feedReaders(): number;
  readFeedLag(): Promise<FeedLag>;
  countDeadLetters(): Promise<number>;
  /** Missing where this process takes no commands from Kafka. */
  readonly commandsIn?: () => CommandsInState;
}

/** The metrics of this process, in the text format of Prometheus. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  /** Counts one decision. */
  decided(decision: Decision): void;
  /** Counts a command that was refused before anything decided it. */
  refused(name: CommandName, code: string): void;
  /** Counts what retention has removed in one batch. */
  removed(removed: Removed): void;
  /** Notes that retention has looked at every record. */
  retained(removal: Removal): void;
  /** Counts a create by the way it took. */
  created(path: 'workflow' | 'store'): void;
  /** Counts records that the brokers have taken, by their topic. */
  published(topic: 'event' | 'state', records: number): void;
  /** Counts a record of the command topic that is processed. */
  taken(what: Intaken): void;
  /** Counts a command from Kafka that has to be sent once more. */
  repeated(): void;
  /** Counts an HTTP request that is over. */
  served(request: Served): void;
  /** Says where the readings come from; once, when the rooms are wired. */
  observe(readings: Readings): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const commands = new Counter({
    name: 'redress_commands_total',
    help: 'Decided commands by name, origin (signal, delivery, timer) and outcome (Ok or the error code).',
    labelNames: ['command', 'origin', 'outcome'] as const,
    registers,
  });
  const creates = new Counter({
    name: 'redress_creates_total',
    help: 'Creates by the way they took: through their workflow, or stored at once.',
    labelNames: ['path'] as const,
    registers,
  });
  const published = new Counter({
    name: 'redress_kafka_published_records_total',
    help: 'Records that this process has published on Kafka, by topic (event, state).',
    labelNames: ['topic'] as const,
    registers,
  });
  const lateness = new Histogram({
    name: 'redress_retry_lateness_seconds',
    help: 'From the deadline of a record to its stored automatic prepare.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const removedRecords = new Counter({
    name: 'redress_retention_removed_records_total',
    help: 'Finished records that this process has removed, each with all its events.',
    registers,
  });
  const lastRetention = new Gauge({
    name: 'redress_retention_last_run_timestamp_seconds',
    help: 'When this process last came to the end of a run of retention; 0: not yet.',
    registers,
  });
  const heldBack = new Gauge({
    name: 'redress_retention_held_back_records',
    help: 'Records that the last run of retention had to keep, since a subscriber of the feed is behind.',
    registers,
  });
  const passedOver = new Gauge({
    name: 'redress_retention_passed_over_records',
    help: 'Records that the last run of retention left to the next one, since they were in use or could not be removed in time.',
    registers,
  });
  const takenCommands = new Counter({
    name: 'redress_kafka_commands_total',
    help: 'Records of the command topic by what became of them: accepted, refused, dropped, dead letter.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const repeatedCommands = new Counter({
    name: 'redress_kafka_command_repetitions_total',
    help: 'Tries to process a command from Kafka that have to be repeated, since something does not answer.',
    registers,
  });
  const requests = new Counter({
    name: 'redress_http_requests_total',
    help: 'HTTP requests by method, route (its template, pages, unknown) and status (closed: the connection, before an answer; broken: an answer that broke off).',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    decided(decision) {
      const { name, origin, outcome } = decision;
      commands.inc({ command: name, origin, outcome: outcome.ok ? 'Ok' : outcome.code });
      if (decision.lateness !== null) lateness.observe(decision.lateness / 1_000);
    },
    refused(name, code) {
      commands.inc({ command: name, origin: 'signal', outcome: code });
    },
    removed({ records }) {
      removedRecords.inc(records);
    },
    retained(removal) {
      lastRetention.setToCurrentTime();
      heldBack.set(removal.heldBack);
      passedOver.set(removal.passedOver);
    },
    published(topic, records) {
      published.inc({ topic }, records);
    },
    created(path) {
      creates.inc({ path });
    },
    taken(what) {
      takenCommands.inc({ outcome: what });
    },
    repeated() {
      repeatedCommands.inc();
    },
    served({ method, route, status }) {
      requests.inc({ method, route, status });
    },
    observe(readings) {
      const gauge = (name: string, help: string, read: (into: Gauge) => void | Promise<void>): void => {
        new Gauge({
          name,
          help,
          registers,
          collect() {
            return read(this);
          },
        });
      };
      const { commandsIn } = readings;
      if (commandsIn !== undefined) {
        gauge(
          'redress_kafka_command_lag',
          'Records of our partitions of the command topic to be processed.',
          (into) => {
            into.set(commandsIn().lag);
          },
        );
        gauge(
          'redress_kafka_commands_in_flight',
          'Commands from Kafka that are on their way to their records.',
          (into) => {
            into.set(commandsIn().inFlight);
          },
        );
      }
      gauge('redress_waiting_callers', 'Callers that wait for a stage of their command.', (into) => {
        into.set(readings.waitingCallers());
      });
      gauge('redress_temporal_connected', '1 while Temporal answers, else 0.', (into) => {
        into.set(readings.temporalConnected() ? 1 : 0);
      });
      let engagement: Promise<Engagement> | null = null;
      // Both gauges of one scrape tell of the same moment.
      const readEngagement = (): Promise<Engagement> =>
        (engagement ??= readings.readEngagement().finally(() => {
          engagement = null;
        }));
      const ofEngagement =
        (value: (read: Engagement) => number) =>
        async (into: Gauge): Promise<void> => {
          try {
            into.set(value(await readEngagement()));
          } catch {
            into.set(Number.NaN);
          }
        };
      gauge(
        'redress_unengaged_records',
        'Open records whose workflow is still to be started; NaN: Postgres did not answer.',
        ofEngagement(({ unengaged }) => unengaged),
      );
      gauge(
        'redress_engagement_lag_seconds',
        'For how long the oldest record without a workflow has been due, 0 where none is; NaN: Postgres did not answer.',
        ofEngagement(({ lag }) => lag),
      );
      let countedAt = Number.NEGATIVE_INFINITY;
      gauge(
        'redress_open_records',
        'Records that are neither SUCCEEDED nor deleted; NaN: Postgres did not answer.',
        async (into) => {
          if (performance.now() - countedAt < COUNTED_FOR) return;
          try {
            into.set(await readings.countOpenRecords());
            countedAt = performance.now();
          } catch {
            into.set(Number.NaN);
          }
        },
      );
      gauge(
        'redress_kafka_dead_letters',
        'Records that could not be published on Kafka and are kept; NaN: Postgres did not answer.',
        async (into) => {
          into.set(await readings.countDeadLetters().catch(() => Number.NaN));
        },
      );
      gauge('redress_feed_readers', 'Readers of the feed that are connected to this process.', (into) => {
        into.set(readings.feedReaders());
      });
      new Gauge({
        name: 'redress_feed_lag_seconds',
        help: 'Age of the oldest message that a subscriber has not taken; of `*`: that nobody may read, since an older transaction still runs.',
        labelNames: ['subscriber'] as const,
        registers,
        async collect() {
          this.reset();
          try {
            const { heldBack, subscribers } = await readings.readFeedLag();
            this.set({ subscriber: '*' }, heldBack);
            for (const [subscriber, lag] of Object.entries(subscribers)) this.set({ subscriber }, lag);
          } catch {
            this.set({ subscriber: '*' }, Number.NaN);
          }
        },
      });
      new Gauge({
        name: 'redress_pool_waiting',
        help: 'Callers that wait for a Postgres connection.',
        labelNames: ['pool'] as const,
        registers,
        collect() {
          for (const [pool, waiting] of Object.entries(readings.poolWaits())) this.set({ pool }, waiting);
        },
      });
    },
  };
}
