-- Up Migration

-- What retention looks for: records that are over, the one that has rested longest first. A record is entered when it is
-- finished, and not before; the time of its last event needs no column of its own.
create index snapshot_finished on redress.snapshot (redress.integer_at(document, '{eventTime}')) where not open;

-- Down Migration

drop index redress.snapshot_finished;
