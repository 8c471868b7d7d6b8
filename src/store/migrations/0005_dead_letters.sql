-- Up Migration

-- Records that could not be published on Kafka: the feed went on without them. They stay until somebody deletes them.
create table redress.dead_letter (
  topic text not null,
  key text not null,
  -- The message of the feed that it was made of.
  era int not null,
  transaction_id xid8 not null,
  position bigint not null,
  reason text not null,
  value text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  -- A message that is taken twice leaves one letter.
  constraint dead_letter_key primary key (era, transaction_id, position, topic, key)
);

-- Down Migration

drop table redress.dead_letter;
