-- global --
CREATE DATABASE IF NOT EXISTS bi_db ON CLUSTER '{cluster}';
CREATE DATABASE IF NOT EXISTS bi_db_consumer ON CLUSTER '{cluster}';
-- global --
-- clear --
-- compensation.execution_failed.clear --
------------------command------------------
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_command ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_command_local ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db_consumer.compensation_execution_failed_command_queue ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db_consumer.compensation_execution_failed_command_consumer ON CLUSTER '{cluster}' SYNC;
------------------command------------------
------------------state------------------
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_state ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_state_event ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_state_local ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db_consumer.compensation_execution_failed_state_queue ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db_consumer.compensation_execution_failed_state_consumer ON CLUSTER '{cluster}' SYNC;
------------------state------------------
------------------stateLast------------------
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_state_last ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_state_last_local ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db_consumer.compensation_execution_failed_state_last_consumer ON CLUSTER '{cluster}' SYNC;
------------------stateLast------------------
------------------expansion------------------
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_state_last_root ON CLUSTER '{cluster}' SYNC;
DROP TABLE IF EXISTS bi_db.compensation_execution_failed_state_last_root_binding_errors ON CLUSTER '{cluster}' SYNC;
------------------expansion------------------
-- compensation.execution_failed.clear --
-- clear --
-- compensation.execution_failed.command --
CREATE TABLE IF NOT EXISTS bi_db.compensation_execution_failed_command_local ON CLUSTER '{cluster}'
(
    id             String,
    context_name   String,
    aggregate_name String,
    name           String,
    header         Map(String, String),
    aggregate_id   String,
    tenant_id      String,
    owner_id       String,
    request_id     String,
    aggregate_version Nullable(UInt32),
    is_create      Bool,
    allow_create   Bool,
    body_type      String,
    body           String,
    create_time    DateTime('Asia/Shanghai')
) ENGINE = ReplicatedMergeTree(
        '/clickhouse/{installation}/{cluster}/tables/{shard}/{database}/{table}', '{replica}')
      PARTITION BY toYYYYMM(create_time)
      ORDER BY id
;

CREATE TABLE IF NOT EXISTS bi_db.compensation_execution_failed_command ON CLUSTER '{cluster}'
    AS bi_db.compensation_execution_failed_command_local
        ENGINE = Distributed('{cluster}', bi_db, compensation_execution_failed_command_local, sipHash64(aggregate_id));

CREATE TABLE IF NOT EXISTS bi_db_consumer.compensation_execution_failed_command_queue ON CLUSTER '{cluster}'
(
    data String
) ENGINE = Kafka('localhost:9093', 'wow.compensation.execution_failed.command', 'clickhouse_compensation_execution_failed_command_consumer', 'JSONAsString');

CREATE MATERIALIZED VIEW IF NOT EXISTS bi_db_consumer.compensation_execution_failed_command_consumer
            ON CLUSTER '{cluster}'
            TO bi_db.compensation_execution_failed_command
AS
SELECT JSONExtractString(data, 'id')            AS id,
       JSONExtractString(data, 'contextName')   AS context_name,
       JSONExtractString(data, 'aggregateName') AS aggregate_name,
       JSONExtractString(data, 'name')          AS name,
       JSONExtract(data, 'header','Map(String, String)')        AS header,
       JSONExtractString(data, 'aggregateId')   AS aggregate_id,
       JSONExtractString(data, 'tenantId')      AS tenant_id,
       JSONExtractString(data, 'ownerId')       AS owner_id,
       JSONExtractString(data, 'requestId')     AS request_id,
       JSONExtract(data, 'aggregateVersion',
                   'Nullable(UInt32)')          AS aggregate_version,
       JSONExtractBool(data, 'isCreate')        AS is_create,
       JSONExtractBool(data, 'allowCreate')     AS allow_create,
       JSONExtractString(data, 'bodyType')      AS body_type,
       JSONExtractString(data, 'body')          AS body,
       toDateTime64(
               JSONExtractUInt(data, 'createTime') / 1000.0
           , 3, 'Asia/Shanghai')                AS create_time
FROM bi_db_consumer.compensation_execution_failed_command_queue
;
-- compensation.execution_failed.command --
-- compensation.execution_failed.stateEvent --
CREATE TABLE IF NOT EXISTS bi_db.compensation_execution_failed_state_local ON CLUSTER '{cluster}'
(
    id               String,
    context_name     String,
    aggregate_name   String,
    header           Map(String, String),
    aggregate_id     String,
    tenant_id        String,
    owner_id         String,
    command_id       String,
    request_id       String,
    version          UInt32,
    state            String,
    body             Array(String),
    first_operator   String,
    first_event_time DateTime('Asia/Shanghai'),
    create_time      DateTime('Asia/Shanghai'),
    deleted          Bool
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{installation}/{cluster}/tables/{shard}/{database}/{table}',
                                        '{replica}', version)
      PARTITION BY toYYYYMM(create_time)
      ORDER BY (aggregate_id, version)
;

CREATE TABLE IF NOT EXISTS bi_db.compensation_execution_failed_state ON CLUSTER '{cluster}'
    AS bi_db.compensation_execution_failed_state_local
        ENGINE = Distributed('{cluster}', bi_db, compensation_execution_failed_state_local, sipHash64(aggregate_id));

CREATE TABLE IF NOT EXISTS bi_db_consumer.compensation_execution_failed_state_queue ON CLUSTER '{cluster}'
(
    data String
) ENGINE = Kafka('localhost:9093', 'wow.compensation.execution_failed.state', 'clickhouse_compensation_execution_failed_state_consumer', 'JSONAsString');

CREATE MATERIALIZED VIEW IF NOT EXISTS bi_db_consumer.compensation_execution_failed_state_consumer
            ON CLUSTER '{cluster}'
            TO bi_db.compensation_execution_failed_state
AS
SELECT JSONExtractString(data, 'id')                      AS id,
       JSONExtractString(data, 'contextName')             AS context_name,
       JSONExtractString(data, 'aggregateName')           AS aggregate_name,
       JSONExtract(data, 'header', 'Map(String, String)') AS header,
       JSONExtractString(data, 'aggregateId')             AS aggregate_id,
       JSONExtractString(data, 'tenantId')                AS tenant_id,
       JSONExtractString(data, 'ownerId')                 AS owner_id,
       JSONExtractString(data, 'commandId')               AS command_id,
       JSONExtractString(data, 'requestId')               AS request_id,
       JSONExtractUInt(data, 'version')                   AS version,
       JSONExtractString(data, 'state')                   AS state,
       JSONExtractArrayRaw(data, 'body')                  AS body,
       JSONExtractString(data, 'firstOperator')           AS first_operator,
       toDateTime64(JSONExtractUInt(data, 'firstEventTime') / 1000.0
           , 3, 'Asia/Shanghai')                          AS first_event_time,
       toDateTime64(JSONExtractUInt(data, 'createTime') / 1000.0
           , 3, 'Asia/Shanghai')                          AS create_time,
       JSONExtractBool(data, 'deleted')                   AS deleted
FROM bi_db_consumer.compensation_execution_failed_state_queue
;

CREATE VIEW IF NOT EXISTS bi_db.compensation_execution_failed_state_event ON CLUSTER '{cluster}'
AS
WITH arrayJoin(arrayZip(arrayEnumerate(body),body)) AS events
SELECT id,
       context_name,
       aggregate_name,
       header,
       aggregate_id,
       tenant_id,
       owner_id,
       command_id,
       request_id,
       version,
       state,
       events.1                                    as event_sequence,
       JSONExtract(events.2, 'id', 'String')       AS event_id,
       JSONExtract(events.2, 'name', 'String')     AS event_name,
       JSONExtract(events.2, 'revision', 'String') AS event_revision,
       JSONExtract(events.2, 'bodyType', 'String') AS event_body_type,
       JSONExtract(events.2, 'body', 'String')     AS event_body,
       first_operator,
       first_event_time,
       create_time,
       deleted
FROM bi_db.compensation_execution_failed_state;
-- compensation.execution_failed.stateEvent --
-- compensation.execution_failed.stateLast --
CREATE TABLE IF NOT EXISTS bi_db.compensation_execution_failed_state_last_local ON CLUSTER '{cluster}'
(
    id               String,
    context_name     String,
    aggregate_name   String,
    header           Map(String, String),
    aggregate_id     String,
    tenant_id        String,
    owner_id         String,
    command_id       String,
    request_id       String,
    version          UInt32,
    state            String,
    body             Array(String),
    first_operator   String,
    first_event_time DateTime('Asia/Shanghai'),
    create_time      DateTime('Asia/Shanghai'),
    deleted          Bool
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{installation}/{cluster}/tables/{shard}/{database}/{table}',
                                        '{replica}', version)
      PARTITION BY sipHash64(aggregate_id) % 8
      ORDER BY (aggregate_id)
;

CREATE TABLE IF NOT EXISTS bi_db.compensation_execution_failed_state_last ON CLUSTER '{cluster}'
    AS bi_db.compensation_execution_failed_state_last_local
        ENGINE = Distributed('{cluster}', bi_db, compensation_execution_failed_state_last_local, sipHash64(aggregate_id));

CREATE MATERIALIZED VIEW IF NOT EXISTS bi_db_consumer.compensation_execution_failed_state_last_consumer
            ON CLUSTER '{cluster}'
            TO bi_db.compensation_execution_failed_state_last
AS
SELECT *
FROM bi_db.compensation_execution_failed_state
;
-- compensation.execution_failed.stateLast --
-- compensation.execution_failed.expansion --
CREATE VIEW IF NOT EXISTS bi_db.compensation_execution_failed_state_last_root ON CLUSTER '{cluster}' AS
WITH
JSONExtractString(state,'eventId') AS event_id,
JSONExtractString(state,'function') AS function,
JSONExtractString(state,'error') AS error,
JSONExtractString(state,'retrySpec') AS retry_spec,
JSONExtractString(state,'retryState') AS retry_state,
JSONExtractString(event_id,'aggregateId') AS event_id__aggregate_id,
JSONExtractString(event_id__aggregate_id,'namedAggregate') AS event_id__aggregate_id__named_aggregate
SELECT
JSONExtract(state,'id', 'String') AS id,
JSONExtract(state,'executeAt', 'Int64') AS execute_at,
JSONExtract(state,'status', 'String') AS status,
JSONExtract(state,'recoverable', 'String') AS recoverable,
JSONExtract(state,'isRetryable', 'Bool') AS is_retryable,
JSONExtract(state,'isBelowRetryThreshold', 'Bool') AS is_below_retry_threshold,
JSONExtract(event_id,'id', 'String') AS event_id__id,
JSONExtract(event_id,'version', 'Int32') AS event_id__version,
JSONExtract(event_id__aggregate_id,'id', 'String') AS event_id__aggregate_id__id,
JSONExtract(event_id__aggregate_id,'tenantId', 'String') AS event_id__aggregate_id__tenant_id,
JSONExtract(event_id__aggregate_id__named_aggregate,'contextName', 'String') AS event_id__aggregate_id__named_aggregate__context_name,
JSONExtract(event_id__aggregate_id__named_aggregate,'aggregateName', 'String') AS event_id__aggregate_id__named_aggregate__aggregate_name,
JSONExtract(function,'functionKind', 'String') AS function__function_kind,
JSONExtract(function,'contextName', 'String') AS function__context_name,
JSONExtract(function,'processorName', 'String') AS function__processor_name,
JSONExtract(function,'name', 'String') AS function__name,
JSONExtract(error,'errorCode', 'String') AS error__error_code,
JSONExtract(error,'errorMsg', 'String') AS error__error_msg,
JSONExtract(error,'stackTrace', 'String') AS error__stack_trace,
JSONExtractArrayRaw(error, 'bindingErrors') AS error__binding_errors,
JSONExtract(error,'succeeded', 'Bool') AS error__succeeded,
JSONExtract(retry_spec,'maxRetries', 'Int32') AS retry_spec__max_retries,
JSONExtract(retry_spec,'minBackoff', 'Int32') AS retry_spec__min_backoff,
JSONExtract(retry_spec,'executionTimeout', 'Int32') AS retry_spec__execution_timeout,
JSONExtract(retry_state,'retries', 'Int32') AS retry_state__retries,
JSONExtract(retry_state,'retryAt', 'Int64') AS retry_state__retry_at,
JSONExtract(retry_state,'timeoutAt', 'Int64') AS retry_state__timeout_at,
JSONExtract(retry_state,'nextRetryAt', 'Int64') AS retry_state__next_retry_at,
id AS __id,
aggregate_id AS __aggregate_id,
tenant_id AS __tenant_id,
owner_id AS __owner_id,
command_id AS __command_id,
request_id AS __request_id,
version AS __version,
first_operator AS __first_operator,
first_event_time AS __first_event_time,
create_time AS __create_time,
deleted AS __deleted
FROM bi_db.compensation_execution_failed_state_last;

CREATE VIEW IF NOT EXISTS bi_db.compensation_execution_failed_state_last_root_binding_errors ON CLUSTER '{cluster}' AS
WITH
JSONExtractString(state,'eventId') AS event_id,
JSONExtractString(state,'function') AS function,
JSONExtractString(state,'error') AS error,
JSONExtractString(state,'retrySpec') AS retry_spec,
JSONExtractString(state,'retryState') AS retry_state,
JSONExtractString(event_id,'aggregateId') AS event_id__aggregate_id,
JSONExtractString(event_id__aggregate_id,'namedAggregate') AS event_id__aggregate_id__named_aggregate,
arrayJoin(JSONExtractArrayRaw(error, 'bindingErrors')) AS error__binding_errors
SELECT
JSONExtract(state,'id', 'String') AS id,
JSONExtract(state,'executeAt', 'Int64') AS execute_at,
JSONExtract(state,'status', 'String') AS status,
JSONExtract(state,'recoverable', 'String') AS recoverable,
JSONExtract(state,'isRetryable', 'Bool') AS is_retryable,
JSONExtract(state,'isBelowRetryThreshold', 'Bool') AS is_below_retry_threshold,
JSONExtract(event_id,'id', 'String') AS event_id__id,
JSONExtract(event_id,'version', 'Int32') AS event_id__version,
JSONExtract(event_id__aggregate_id,'id', 'String') AS event_id__aggregate_id__id,
JSONExtract(event_id__aggregate_id,'tenantId', 'String') AS event_id__aggregate_id__tenant_id,
JSONExtract(event_id__aggregate_id__named_aggregate,'contextName', 'String') AS event_id__aggregate_id__named_aggregate__context_name,
JSONExtract(event_id__aggregate_id__named_aggregate,'aggregateName', 'String') AS event_id__aggregate_id__named_aggregate__aggregate_name,
JSONExtract(function,'functionKind', 'String') AS function__function_kind,
JSONExtract(function,'contextName', 'String') AS function__context_name,
JSONExtract(function,'processorName', 'String') AS function__processor_name,
JSONExtract(function,'name', 'String') AS function__name,
JSONExtract(error,'errorCode', 'String') AS error__error_code,
JSONExtract(error,'errorMsg', 'String') AS error__error_msg,
JSONExtract(error,'stackTrace', 'String') AS error__stack_trace,
JSONExtract(error,'succeeded', 'Bool') AS error__succeeded,
JSONExtract(retry_spec,'maxRetries', 'Int32') AS retry_spec__max_retries,
JSONExtract(retry_spec,'minBackoff', 'Int32') AS retry_spec__min_backoff,
JSONExtract(retry_spec,'executionTimeout', 'Int32') AS retry_spec__execution_timeout,
JSONExtract(retry_state,'retries', 'Int32') AS retry_state__retries,
JSONExtract(retry_state,'retryAt', 'Int64') AS retry_state__retry_at,
JSONExtract(retry_state,'timeoutAt', 'Int64') AS retry_state__timeout_at,
JSONExtract(retry_state,'nextRetryAt', 'Int64') AS retry_state__next_retry_at,
JSONExtract(error__binding_errors,'name', 'String') AS error__binding_errors__name,
JSONExtract(error__binding_errors,'msg', 'String') AS error__binding_errors__msg,
id AS __id,
aggregate_id AS __aggregate_id,
tenant_id AS __tenant_id,
owner_id AS __owner_id,
command_id AS __command_id,
request_id AS __request_id,
version AS __version,
first_operator AS __first_operator,
first_event_time AS __first_event_time,
create_time AS __create_time,
deleted AS __deleted
FROM bi_db.compensation_execution_failed_state_last;

-- compensation.execution_failed.expansion --
