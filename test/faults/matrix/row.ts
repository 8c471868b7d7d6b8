import type { LocalPostgres } from '../../../local/postgres.ts';
import type { LocalTemporal } from '../../../local/temporal.ts';
import type { Wish } from '../../support/fault-ledger.ts';
import type { Load } from '../../support/fault-load.ts';
import type { Random } from '../../support/fault-random.ts';
import type { FaultService } from '../../support/fault-service.ts';
import type { FaultTarget } from '../../support/fault-target.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';
import type { Evidence, Losses, Span } from './evidence.ts';
import type { FaultScale } from './scale.ts';

/** One fault that the product has to survive: a row of the matrix. */
export interface Row {
  /** As it is asked for on the command line, e.g. `worker-killed`. */
  readonly name: string;
  /** What happens, as the table says it. */
  readonly fault: string;
  /** Whether especially many records fall due during the fault. */
  readonly hasManyDue?: boolean;
  /** The stretches of network that lead through a proxy; where it is left out, none does. */
  readonly through?: readonly PathName[];
  /** Settings of API and worker beside the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** A Postgres for this row alone, where that of the others will not do. @throws CannotRun */
  openPostgres?(): Promise<OwnPostgres>;
  /** The `src/main.ts` that API and worker begin with, where that is not the one of today. @throws CannotRun */
  openRelease?(file: Ground['file']): Promise<string>;
  /**
   * Does it under load, and ends it: when this resolves, everything is there again, or was started and needs no more help.
   * @throws CannotRun where this machine does not allow it
   */
  strike(ground: Ground): Promise<Struck>;
  /** What this fault must not do, beside what none may: everything that it did nevertheless. */
  excesses?(evidence: Evidence, span: Span): string[];
}

/** From whom to whom a stretch of network leads. */
export type PathName =
  | 'api-postgres'
  | 'worker-postgres'
  | 'api-temporal'
  | 'worker-temporal'
  | 'worker-target'
  | 'client-api'
  | 'worker-api';

/** A Postgres of one row. */
export interface OwnPostgres {
  readonly postgres: LocalPostgres;
  /** Stops it and removes everything it has stored. */
  remove(): Promise<void>;
}

/** What a fault has done. */
export interface Struck {
  readonly sign: Sign;
  readonly losses?: Losses;
}

/** What shows that a fault came about: a row that has not seen any has proven nothing, and fails. */
export interface Sign {
  /** What was seen, for people. */
  readonly text: string;
  /** Whether that is enough. */
  readonly isSeen: boolean;
}

/** What a fault happens to: one API process, one worker process, a database and a namespace, all of this row alone. */
export interface Ground {
  readonly scale: FaultScale;
  /** Other rows use these servers too, one after the other: a row leaves them running. */
  readonly postgres: LocalPostgres;
  readonly temporal: LocalTemporal;
  /** The name of the database in Postgres, and of the namespace in Temporal. */
  readonly database: string;
  readonly namespace: string;
  readonly api: FaultService;
  readonly worker: FaultService;
  /** The environments that API and worker run with, for a row that starts one more of them. */
  readonly env: Readonly<Record<'api' | 'worker', Readonly<Record<string, string>>>>;
  /** Where prepared retries are pushed to. */
  readonly target: FaultTarget;
  readonly load: Load;
  /** What the row itself has sent: the product is held to its answers as to those that the load got. */
  readonly wishes: Wish[];
  readonly random: Random;
  /** The proxy of a stretch of network that the row has named in `through`. */
  path(name: PathName): TcpProxy;
  /** Reads with a connection of its own, from the database of this row. */
  query<Result extends object>(sql: string, values?: readonly unknown[]): Promise<Result[]>;
  /** The path of a file in a folder of this run. */
  file(name: string): string;
  /** Has something ended when the row is over, whatever came of it. */
  atEnd(end: () => Promise<void>): void;
}

/** Why a row cannot be run on this machine. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}
