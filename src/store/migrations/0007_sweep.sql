-- Up Migration

-- The newest epoch in which workflows that run for no open record were looked for. Nothing was set back before the first one
-- ended, and an empty database must not end the workflows of another that somebody has taken it for.
alter table redress.temporal add column swept_epoch int not null default 1;

-- Down Migration

alter table redress.temporal drop column swept_epoch;
