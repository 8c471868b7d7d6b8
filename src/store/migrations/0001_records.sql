-- Up Migration

-- One row per version of a record: what happened, in the wire's shape (contract 4.3). Columns are generated from the
-- document, so that they cannot drift from it. Rows are never changed.
create table redress.event_stream (
  position bigint not null generated always as identity,
  -- With position the order of the feed: a reader below the oldest running transaction misses nothing.
  transaction_id xid8 not null default pg_current_xact_id(),
  recorded_at timestamptz not null default clock_timestamp(),
  document jsonb not null,
  aggregate_id text collate "C" not null generated always as (document ->> 'aggregateId') stored,
  version int not null generated always as ((document -> 'version')::int) stored,
  command_id text collate "C" not null generated always as (document ->> 'commandId') stored,
  request_id text collate "C" not null generated always as (document ->> 'requestId') stored,
  constraint event_stream_version_key primary key (aggregate_id, version),
  constraint event_stream_request_key unique (aggregate_id, request_id),
  constraint event_stream_command_key unique (command_id)
);

-- A create sent twice makes one record.
create unique index event_stream_create_request_key on redress.event_stream (request_id) where version = 1;

create index event_stream_feed on redress.event_stream (transaction_id, position);

-- One row per record: its newest state as a document (contract 4.2), evolved with every append in the same transaction.
create table redress.snapshot (
  document jsonb not null,
  aggregate_id text collate "C" not null generated always as (document ->> 'aggregateId') stored,
  version int not null generated always as ((document -> 'version')::int) stored,
  open boolean not null generated always as (
    document -> 'deleted' = 'false'::jsonb and document #> '{state,status}' <> '"SUCCEEDED"'::jsonb
  ) stored,
  -- Epoch milliseconds; null: not before somebody acts. The value of deadline() at the newest version.
  deadline bigint,
  -- Epoch milliseconds; a target's wish to be left alone until then.
  not_before bigint,
  -- The Temporal epoch in which the record's workflow was last started; 0: never.
  engaged int not null default 0,
  constraint snapshot_key primary key (aggregate_id)
) with (fillfactor = 80);

-- What the starter looks for: open records by epoch, the next due first.
create index snapshot_unengaged on redress.snapshot (engaged, deadline, aggregate_id) where open;

-- The outcome of refused commands, so that a command executed again, or a waiter, finds the same answer. Pruned after a day.
create table redress.refusal (
  command_id text collate "C" not null constraint refusal_key primary key,
  aggregate_id text collate "C" not null,
  code text not null,
  message text not null,
  version int not null,
  reached_handler boolean not null,
  recorded_at timestamptz not null default clock_timestamp()
);

create index refusal_recorded_at on redress.refusal (recorded_at);

-- One row per process that lives or lived lately, with the machine id that its global ids carry.
create table redress.instance (
  machine_id int not null constraint instance_key primary key,
  token uuid not null,
  url text,
  roles text not null,
  heartbeat_at timestamptz not null default clock_timestamp()
);

-- Which Temporal namespace the workflows live in. A new one raises the epoch: every open record is started again.
create table redress.temporal (
  singleton boolean not null default true constraint temporal_key primary key check (singleton),
  namespace_id text not null,
  epoch int not null,
  auto_retry boolean not null
);

-- Down Migration

drop table redress.temporal, redress.instance, redress.refusal, redress.snapshot, redress.event_stream;
