import type { EventStream } from '../../../src/domain/index.ts';
import type { Wish } from '../../support/fault-ledger.ts';
import type { Stored } from '../../support/fault-records.ts';
import type { Deliveries } from '../../support/fault-target.ts';

/** Everything that is known when a row is over. */
export interface Evidence {
  readonly wishes: readonly Wish[];
  readonly stored: Stored;
  readonly deliveries: Deliveries;
  /** What a reader of the feed has seen, in that order. */
  readonly seen: readonly EventStream[];
  /** What the feed said whenever it refused the place at which this reader wanted to go on. */
  readonly refusedPlaces: readonly string[];
  /** What Temporal's workflows have wrong with them. */
  readonly workflows: readonly string[];
  readonly losses: Losses;
}

/** What a fault takes away for good, so that nobody may be blamed for its absence. */
export interface Losses {
  /** Epoch milliseconds: when Temporal's database went. What was only SENT until then and not decided may be gone. */
  readonly temporalAt?: number;
  /** Epoch milliseconds between which Postgres forgot everything: when the backup was taken, and when it was restored. */
  readonly postgres?: { readonly since: number; readonly until: number };
}

/** When a fault began and ended; epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
}
