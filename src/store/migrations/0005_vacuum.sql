-- Up Migration

-- Totals are counted inside an index, as long as Postgres knows that all see the rows behind it: a vacuum tells it so. By
-- default it comes when a fifth of the table has changed. Among a million snapshots with 15,000 changed, the total of a tab
-- of failed ones takes 18,700 buffers instead of 840. So it comes after a hundredth.
alter table redress.snapshot set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);

-- Down Migration

alter table redress.snapshot reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor);
