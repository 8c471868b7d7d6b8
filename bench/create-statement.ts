import { randomBytes } from 'node:crypto';

/** The statement that stores a record, word for word the product's. */
export const CREATE = `with stream as (insert into redress.event_stream (document) values ($1))
insert into redress.snapshot (document, deadline, not_before, engaged) values ($2, $3, $4, $5)`;

/** A new id, as long as the product's: with longer ones Postgres begins to compress the snapshots, which is other work. */
export const newId = (): string => randomBytes(11).toString('base64url');

/** The variable in which a baseline is told of {@link Documents}, as JSON. */
export const DOCUMENTS = 'BENCH_DOCUMENTS';

/** The two documents of a record that the product has made: what baselines store is as large, and has its indexes. */
export interface Documents {
  readonly stream: {
    readonly aggregateId: string;
    readonly commandId: string;
    readonly requestId: string;
    readonly body: readonly [{ readonly body: object }];
  };
  readonly snapshot: {
    readonly aggregateId: string;
    readonly state: { readonly error: object; readonly retryState: object };
  };
}
