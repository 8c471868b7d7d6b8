-- Up Migration

-- Attempts by the epoch of their workflow and the end of their time. After a loss of Temporal the starter asks for those that are
-- out, a page at a time: without it each look reads all of them, 0.2 s for 20,000, and has two seconds.
-- Made before the upgrade, where the table is large (docs/operating.md).
create index if not exists snapshot_attempts on redress.snapshot (engaged, timeout_at, aggregate_id)
  where regular and status = 'PREPARED' and open;

-- Down Migration

drop index redress.snapshot_attempts;
