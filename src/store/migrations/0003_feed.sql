-- Up Migration

-- The one row about the feed. Transaction ids mean something in one cluster only: when the database is restored into
-- another, they begin lower. So the order of the feed is counted in eras, and each restore begins the next one.
create table redress.feed (
  singleton boolean not null default true constraint feed_key primary key check (singleton),
  -- Of the cluster in which the era goes on; pg_control_system() says it to everybody.
  system_identifier bigint not null,
  era int not null
);

insert into redress.feed (system_identifier, era) select system_identifier, 1 from pg_control_system();

-- The default of the two tables is the era that goes on: what is inserted belongs to it. What is there already is older.
alter table redress.event_stream add column era int not null default 0;
alter table redress.event_stream alter column era set default 1;

drop index redress.event_stream_feed;

create index event_stream_feed on redress.event_stream (era, transaction_id, position);

-- What is sent again on request (contract 9.5 and 9.6): a part of the feed for a day, and of nothing else.
create table redress.redelivery (
  -- One sequence with the events, so that the two are one feed.
  position bigint not null default nextval('redress.event_stream_position_seq'),
  transaction_id xid8 not null default pg_current_xact_id(),
  era int not null default 1,
  recorded_at timestamptz not null default clock_timestamp(),
  -- EVENT: an event stream (contract 4.3); STATE_EVENT: one with the state after it (4.4).
  kind text not null check (kind in ('EVENT', 'STATE_EVENT')),
  message jsonb not null,
  constraint redelivery_key primary key (era, transaction_id, position)
);

create index redelivery_recorded_at on redress.redelivery (recorded_at);

-- How far each subscriber of the feed has come.
create table redress.checkpoint (
  subscriber text collate "C" not null constraint checkpoint_key primary key,
  era int not null,
  transaction_id xid8 not null,
  position bigint not null
);

-- Down Migration

drop table redress.checkpoint, redress.redelivery, redress.feed;

drop index redress.event_stream_feed;

alter table redress.event_stream drop column era;

create index event_stream_feed on redress.event_stream (transaction_id, position);
