-- global --
CREATE DATABASE IF NOT EXISTS "bi_db" ON CLUSTER '{cluster}';

CREATE DATABASE IF NOT EXISTS "bi_db_consumer" ON CLUSTER '{cluster}';
-- global --
-- ownership-registry --
CREATE TABLE IF NOT EXISTS "bi_db_consumer"."__wow_bi_registry_47ef8205920f30334545057b6f50330a" ON CLUSTER '{cluster}'
(
    "deployment_id" FixedString(32),
    "row_kind" LowCardinality(String),
    "object_database" String,
    "object_name" String,
    "kind" LowCardinality(String),
    "aggregate" Nullable(String),
    "consumer_identity" Nullable(FixedString(32)),
    "definition_fingerprint" FixedString(32),
    "revision" UInt64,
    "status" LowCardinality(String),
    "row_fingerprint" FixedString(32),
    "recorded_at" DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{installation}/{cluster}/control/wow-bi/47ef8205920f30334545057b6f50330a', '{shard}-{replica}', "revision")
  ORDER BY ("deployment_id", "row_kind",
            "object_database",
            "object_name")
  COMMENT 'wow-bi-registry:47ef8205920f30334545057b6f50330a';
-- ownership-registry --
-- ownership-registry-intent --
            INSERT INTO "bi_db_consumer"."__wow_bi_registry_47ef8205920f30334545057b6f50330a"
            ("deployment_id", "row_kind",
             "object_database", "object_name", "kind",
             "aggregate", "consumer_identity",
             "definition_fingerprint", "revision", "status",
             "row_fingerprint")
            VALUES
            ('47ef8205920f30334545057b6f50330a', 'HEAD', '', '', 'ANCHOR', NULL, NULL, '40e63d24f80cc27df816916c24040ce6', 17, 'ACTIVE', '40e63d24f80cc27df816916c24040ce6'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '11502ea0c8f02596dc18059090fdfaf9', 1, 'PENDING_CREATE', 'e0f5b6e5684b2ffee46658d2a8a34010'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command_store', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'a80f8602440904964160a82e23af7d72', 2, 'PENDING_CREATE', '7ef16e711869f45b555d36f829ea888c'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command_store_local', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '252b0734dbbb9a2fbdbde8b13a28cae9', 3, 'PENDING_CREATE', '26fb5efaddabca8bfbad76dd48c0f4f5'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '871e7c97b65d1a5ac7b8f7dd154a3bf2', 4, 'PENDING_CREATE', '0ca5a59cebd95f851d976901f6c6d8a8'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_event', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'd3ae6ac524f13b01182197c0a0e180db', 5, 'PENDING_CREATE', '7f62d984cd69bbb7e254f1e7e119bbf7'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '16273b61114e3a79bd5f534387fd2e1f', 6, 'PENDING_CREATE', 'e0f72fc587e6e7c1a89af52e150b11d8'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_root', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'ef1f6f98ddce5382639f2735fd27c01a', 7, 'PENDING_CREATE', '6ce24d227ff17f75607a9259f8a11907'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_root_error__binding_errors', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '2f8b52098b815d65567b6b1336a1bd9d', 8, 'PENDING_CREATE', 'd2ed979796fe45827c06c1645998bcf7'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_store', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '12d766b286e6020f3fdeb40589c102d8', 9, 'PENDING_CREATE', '25fd14726c7c4a491766bf4ceadb30d3'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_store_local', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '294b0435b02f0629e8d8c34511faff49', 10, 'PENDING_CREATE', '9511e279b25447f1800e86c511a82acb'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_store', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'baa95956b2a61ebbd43f24ab8882b8f7', 11, 'PENDING_CREATE', '5a7607a5560e2a11ff66fd1741abf87e'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_store_local', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '86ce2e67d73d7a73b39fde4346cb658f', 12, 'PENDING_CREATE', 'efe83c063990f757e57683d33f0cecbf'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_command_consumer', 'CONSUMER', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '9c32366840751473014ae50327e70d05', 13, 'PENDING_CREATE', '77c5bd8721ce702bd469f705ac3d4b7d'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_command_queue', 'QUEUE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'bf6bd7d9ae33b08bba74baf4d182c213', 14, 'PENDING_CREATE', 'b6fb15485a8be8d37608c89f258ade52'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_consumer', 'CONSUMER', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '4f544968dcc20d6ed4aba8e6bc0266e7', 15, 'PENDING_CREATE', '6832322f7da645e0d3ae191f1915e0e6'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_last_consumer', 'CONSUMER', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '79eb14d775b7b9516c99e269e0b7c981', 16, 'PENDING_CREATE', 'fb1046618c225c809202e7207c982f1d'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_queue', 'QUEUE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'a4abcd923ebeb2d589dae3d5a2ad1d07', 17, 'PENDING_CREATE', '213618dee325836536be6c61063ccacb');
-- ownership-registry-intent --
-- lifecycle --
-- lifecycle --
-- compensation.execution_failed.commandStorage --
CREATE TABLE "bi_db"."compensation_execution_failed_command_store_local" ON CLUSTER '{cluster}'
(
    "id" String,
    "context_name" String,
    "aggregate_name" String,
    "name" String,
    "header" Map(String, String),
    "aggregate_id" String,
    "tenant_id" String,
    "owner_id" String,
    "space_id" String,
    "request_id" String,
    "aggregate_version" Nullable(UInt32),
    "is_create" Bool,
    "is_void" Bool,
    "allow_create" Bool,
    "body_type" String,
    "body" String,
    "create_time" DateTime64(3, 'Asia/Shanghai')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{installation}/{cluster}/tables/{shard}/{database}/{table}', '{replica}')
  PARTITION BY toYYYYMM("create_time")
  ORDER BY "id"
  COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE TABLE "bi_db"."compensation_execution_failed_command_store" ON CLUSTER '{cluster}'
AS "bi_db"."compensation_execution_failed_command_store_local"
ENGINE = Distributed('{cluster}', "bi_db",
                     'compensation_execution_failed_command_store_local', sipHash64("aggregate_id"))
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';
-- compensation.execution_failed.commandStorage --
-- compensation.execution_failed.stateStorage --
CREATE TABLE "bi_db"."compensation_execution_failed_state_store_local" ON CLUSTER '{cluster}'
(
    "id" String,
    "context_name" String,
    "aggregate_name" String,
    "header" Map(String, String),
    "aggregate_id" String,
    "tenant_id" String,
    "owner_id" String,
    "space_id" String,
    "command_id" String,
    "request_id" String,
    "version" UInt32,
    "state" String,
    "body" Array(String),
    "first_operator" String,
    "first_event_time" DateTime64(3, 'Asia/Shanghai'),
    "create_time" DateTime64(3, 'Asia/Shanghai'),
    "tags" Map(String, Array(String)),
    "deleted" Bool
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{installation}/{cluster}/tables/{shard}/{database}/{table}', '{replica}', "version")
      PARTITION BY toYYYYMM("create_time")
      ORDER BY ("tenant_id", "aggregate_id", "version")
      COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE TABLE "bi_db"."compensation_execution_failed_state_store" ON CLUSTER '{cluster}'
AS "bi_db"."compensation_execution_failed_state_store_local"
ENGINE = Distributed('{cluster}', "bi_db",
                     'compensation_execution_failed_state_store_local', sipHash64("tenant_id", "aggregate_id"))
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';
-- compensation.execution_failed.stateStorage --
-- compensation.execution_failed.stateLast --
CREATE TABLE "bi_db"."compensation_execution_failed_state_last_store_local" ON CLUSTER '{cluster}'
(
    "id" String,
    "context_name" String,
    "aggregate_name" String,
    "header" Map(String, String),
    "aggregate_id" String,
    "tenant_id" String,
    "owner_id" String,
    "space_id" String,
    "command_id" String,
    "request_id" String,
    "version" UInt32,
    "state" String,
    "body" Array(String),
    "first_operator" String,
    "first_event_time" DateTime64(3, 'Asia/Shanghai'),
    "create_time" DateTime64(3, 'Asia/Shanghai'),
    "tags" Map(String, Array(String)),
    "deleted" Bool
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{installation}/{cluster}/tables/{shard}/{database}/{table}', '{replica}', "version")
      PARTITION BY toYYYYMM("first_event_time")
      ORDER BY ("tenant_id", "aggregate_id")
      COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE TABLE "bi_db"."compensation_execution_failed_state_last_store" ON CLUSTER '{cluster}'
AS "bi_db"."compensation_execution_failed_state_last_store_local"
ENGINE = Distributed('{cluster}', "bi_db",
                     'compensation_execution_failed_state_last_store_local', sipHash64("tenant_id", "aggregate_id"))
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE MATERIALIZED VIEW "bi_db_consumer"."compensation_execution_failed_state_last_consumer" ON CLUSTER '{cluster}'
TO "bi_db"."compensation_execution_failed_state_last_store"
AS (
SELECT *
FROM "bi_db"."compensation_execution_failed_state_store"
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"CONSUMER","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE VIEW "bi_db"."compensation_execution_failed_state_last" ON CLUSTER '{cluster}'
AS (SELECT * FROM "bi_db"."compensation_execution_failed_state_last_store" FINAL)
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';
-- compensation.execution_failed.stateLast --
-- compensation.execution_failed.expansion --
CREATE VIEW "bi_db"."compensation_execution_failed_state_last_root" ON CLUSTER '{cluster}' AS (
WITH
JSONExtractRaw("__source"."state", 'error') AS "error",
JSONExtractRaw("__source"."state", 'eventId') AS "event_id",
JSONExtractRaw("__source"."state", 'function') AS "function",
JSONExtractRaw("__source"."state", 'retrySpec') AS "retry_spec",
JSONExtractRaw("__source"."state", 'retryState') AS "retry_state"
SELECT
JSONExtractArrayRaw("error", 'bindingErrors') AS "error__binding_errors",
JSONExtract("error", 'errorCode', 'String') AS "error__error_code",
JSONExtract("error", 'errorMsg', 'String') AS "error__error_msg",
JSONExtract("error", 'stackTrace', 'String') AS "error__stack_trace",
JSONExtract("error", 'succeeded', 'Bool') AS "error__succeeded",
JSONExtractRaw("event_id", 'aggregateId') AS "event_id__aggregate_id",
JSONExtract("event_id", 'id', 'String') AS "event_id__id",
JSONExtract("event_id", 'version', 'Int32') AS "event_id__version",
JSONExtract("__source"."state", 'executeAt', 'Int64') AS "execute_at",
JSONExtract("function", 'contextName', 'String') AS "function__context_name",
JSONExtract("function", 'functionKind', 'String') AS "function__function_kind",
JSONExtract("function", 'name', 'String') AS "function__name",
JSONExtract("function", 'processorName', 'String') AS "function__processor_name",
JSONExtract("__source"."state", 'id', 'String') AS "id",
JSONExtract("__source"."state", 'isBelowRetryThreshold', 'Bool') AS "is_below_retry_threshold",
JSONExtract("__source"."state", 'isRetryable', 'Bool') AS "is_retryable",
JSONExtract("__source"."state", 'recoverable', 'String') AS "recoverable",
JSONExtract("retry_spec", 'executionTimeout', 'Int32') AS "retry_spec__execution_timeout",
JSONExtract("retry_spec", 'maxRetries', 'Int32') AS "retry_spec__max_retries",
JSONExtract("retry_spec", 'minBackoff', 'Int32') AS "retry_spec__min_backoff",
JSONExtract("retry_state", 'nextRetryAt', 'Int64') AS "retry_state__next_retry_at",
JSONExtract("retry_state", 'retries', 'Int32') AS "retry_state__retries",
JSONExtract("retry_state", 'retryAt', 'Int64') AS "retry_state__retry_at",
JSONExtract("retry_state", 'timeoutAt', 'Int64') AS "retry_state__timeout_at",
JSONExtract("__source"."state", 'status', 'String') AS "status",
"__source"."state" AS "__state",
'' AS "__path",
"__source"."id" AS "__id",
"__source"."aggregate_id" AS "__aggregate_id",
"__source"."tenant_id" AS "__tenant_id",
"__source"."owner_id" AS "__owner_id",
"__source"."space_id" AS "__space_id",
"__source"."command_id" AS "__command_id",
"__source"."request_id" AS "__request_id",
"__source"."version" AS "__version",
"__source"."first_operator" AS "__first_operator",
"__source"."first_event_time" AS "__first_event_time",
"__source"."create_time" AS "__create_time",
"__source"."tags" AS "__tags",
"__source"."deleted" AS "__deleted"
FROM "bi_db"."compensation_execution_failed_state_last" AS "__source"
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE VIEW "bi_db"."compensation_execution_failed_state_last_root_error__binding_errors" ON CLUSTER '{cluster}' AS (
WITH
arrayJoin(arrayZip(arrayEnumerate(JSONExtractArrayRaw("error", 'bindingErrors')),
                   JSONExtractArrayRaw("error", 'bindingErrors'))) AS "__cursor__error__binding_errors",
tupleElement("__cursor__error__binding_errors", 2) AS "error__binding_errors",
JSONExtractRaw("__source"."state", 'error') AS "error",
JSONExtractRaw("__source"."state", 'eventId') AS "event_id",
JSONExtractRaw("__source"."state", 'function') AS "function",
JSONExtractRaw("__source"."state", 'retrySpec') AS "retry_spec",
JSONExtractRaw("__source"."state", 'retryState') AS "retry_state"
SELECT
JSONExtract("error__binding_errors", 'msg', 'String') AS "error__binding_errors__msg",
JSONExtract("error__binding_errors", 'name', 'String') AS "error__binding_errors__name",
JSONExtract("error", 'errorCode', 'String') AS "error__error_code",
JSONExtract("error", 'errorMsg', 'String') AS "error__error_msg",
JSONExtract("error", 'stackTrace', 'String') AS "error__stack_trace",
JSONExtract("error", 'succeeded', 'Bool') AS "error__succeeded",
JSONExtractRaw("event_id", 'aggregateId') AS "event_id__aggregate_id",
JSONExtract("event_id", 'id', 'String') AS "event_id__id",
JSONExtract("event_id", 'version', 'Int32') AS "event_id__version",
JSONExtract("__source"."state", 'executeAt', 'Int64') AS "execute_at",
JSONExtract("function", 'contextName', 'String') AS "function__context_name",
JSONExtract("function", 'functionKind', 'String') AS "function__function_kind",
JSONExtract("function", 'name', 'String') AS "function__name",
JSONExtract("function", 'processorName', 'String') AS "function__processor_name",
JSONExtract("__source"."state", 'id', 'String') AS "id",
JSONExtract("__source"."state", 'isBelowRetryThreshold', 'Bool') AS "is_below_retry_threshold",
JSONExtract("__source"."state", 'isRetryable', 'Bool') AS "is_retryable",
JSONExtract("__source"."state", 'recoverable', 'String') AS "recoverable",
JSONExtract("retry_spec", 'executionTimeout', 'Int32') AS "retry_spec__execution_timeout",
JSONExtract("retry_spec", 'maxRetries', 'Int32') AS "retry_spec__max_retries",
JSONExtract("retry_spec", 'minBackoff', 'Int32') AS "retry_spec__min_backoff",
JSONExtract("retry_state", 'nextRetryAt', 'Int64') AS "retry_state__next_retry_at",
JSONExtract("retry_state", 'retries', 'Int32') AS "retry_state__retries",
JSONExtract("retry_state", 'retryAt', 'Int64') AS "retry_state__retry_at",
JSONExtract("retry_state", 'timeoutAt', 'Int64') AS "retry_state__timeout_at",
JSONExtract("__source"."state", 'status', 'String') AS "status",
"__source"."state" AS "__state",
toUInt64(tupleElement("__cursor__error__binding_errors", 1) - 1) AS "__index",
concat('/error', '/bindingErrors/', toString(tupleElement("__cursor__error__binding_errors", 1) - 1)) AS "__path",
"__source"."id" AS "__id",
"__source"."aggregate_id" AS "__aggregate_id",
"__source"."tenant_id" AS "__tenant_id",
"__source"."owner_id" AS "__owner_id",
"__source"."space_id" AS "__space_id",
"__source"."command_id" AS "__command_id",
"__source"."request_id" AS "__request_id",
"__source"."version" AS "__version",
"__source"."first_operator" AS "__first_operator",
"__source"."first_event_time" AS "__first_event_time",
"__source"."create_time" AS "__create_time",
"__source"."tags" AS "__tags",
"__source"."deleted" AS "__deleted"
FROM "bi_db"."compensation_execution_failed_state_last" AS "__source"
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';
-- compensation.execution_failed.expansion --
-- compensation.execution_failed.commandPublic --
CREATE VIEW "bi_db"."compensation_execution_failed_command" ON CLUSTER '{cluster}'
AS (SELECT * FROM "bi_db"."compensation_execution_failed_command_store" FINAL)
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';
-- compensation.execution_failed.commandPublic --
-- compensation.execution_failed.statePublic --
CREATE VIEW "bi_db"."compensation_execution_failed_state" ON CLUSTER '{cluster}'
AS (SELECT * FROM "bi_db"."compensation_execution_failed_state_store" FINAL)
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE VIEW "bi_db"."compensation_execution_failed_state_event" ON CLUSTER '{cluster}'
AS (
WITH arrayJoin(arrayZip(arrayEnumerate("body"),
                        "body")) AS "events"
SELECT "id",
       "context_name",
       "aggregate_name",
       "header",
       "aggregate_id",
       "tenant_id",
       "owner_id",
       "space_id",
       "command_id",
       "request_id",
       "version",
       "state",
       "events".1 AS "event_sequence",
       JSONExtract("events".2, 'id', 'String') AS "event_id",
       JSONExtract("events".2, 'name', 'String') AS "event_name",
       JSONExtract("events".2, 'revision', 'String') AS "event_revision",
       JSONExtract("events".2, 'bodyType', 'String') AS "event_body_type",
       JSONExtractRaw("events".2, 'body') AS "event_body",
       "first_operator",
       "first_event_time",
       "create_time",
       "tags",
       "deleted"
FROM "bi_db"."compensation_execution_failed_state"
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';
-- compensation.execution_failed.statePublic --
-- compensation.execution_failed.commandIngress --
CREATE TABLE "bi_db_consumer"."compensation_execution_failed_command_queue" ON CLUSTER '{cluster}'
("data" String)
ENGINE = Kafka('localhost:9093', 'wow.compensation.execution_failed.command',
               'wow-bi.95786147f24cde0b481066d6fd287e4b.compensation_execution_failed_command_consumer', 'JSONAsString')
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"QUEUE","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE MATERIALIZED VIEW "bi_db_consumer"."compensation_execution_failed_command_consumer" ON CLUSTER '{cluster}'
TO "bi_db"."compensation_execution_failed_command_store"
AS (
SELECT JSONExtractString("data", 'id') AS "id",
       JSONExtractString("data", 'contextName') AS "context_name",
       JSONExtractString("data", 'aggregateName') AS "aggregate_name",
       JSONExtractString("data", 'name') AS "name",
       JSONExtract("data", 'header', 'Map(String, String)') AS "header",
       JSONExtractString("data", 'aggregateId') AS "aggregate_id",
       JSONExtractString("data", 'tenantId') AS "tenant_id",
       JSONExtractString("data", 'ownerId') AS "owner_id",
       JSONExtractString("data", 'spaceId') AS "space_id",
       JSONExtractString("data", 'requestId') AS "request_id",
       JSONExtract("data", 'aggregateVersion', 'Nullable(UInt32)') AS "aggregate_version",
       JSONExtractBool("data", 'isCreate') AS "is_create",
       JSONExtractBool("data", 'isVoid') AS "is_void",
       JSONExtractBool("data", 'allowCreate') AS "allow_create",
       JSONExtractString("data", 'bodyType') AS "body_type",
       simpleJSONExtractRaw(replaceOne("data", concat('"header":', simpleJSONExtractRaw("data", 'header')), '"header":{}'), 'body') AS "body",
       toDateTime64(JSONExtractInt("data", 'createTime') / 1000.0, 3, 'Asia/Shanghai') AS "create_time"
FROM "bi_db_consumer"."compensation_execution_failed_command_queue"
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"CONSUMER","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';
-- compensation.execution_failed.commandIngress --
-- compensation.execution_failed.stateIngress --
CREATE TABLE "bi_db_consumer"."compensation_execution_failed_state_queue" ON CLUSTER '{cluster}'
(
    "data" String
) ENGINE = Kafka('localhost:9093', 'wow.compensation.execution_failed.state',
                 'wow-bi.95786147f24cde0b481066d6fd287e4b.compensation_execution_failed_state_consumer', 'JSONAsString')
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"QUEUE","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';

CREATE MATERIALIZED VIEW "bi_db_consumer"."compensation_execution_failed_state_consumer" ON CLUSTER '{cluster}'
TO "bi_db"."compensation_execution_failed_state_store"
AS (
SELECT JSONExtractString("data", 'id') AS "id",
       JSONExtractString("data", 'contextName') AS "context_name",
       JSONExtractString("data", 'aggregateName') AS "aggregate_name",
       JSONExtract("data", 'header', 'Map(String, String)') AS "header",
       JSONExtractString("data", 'aggregateId') AS "aggregate_id",
       JSONExtractString("data", 'tenantId') AS "tenant_id",
       JSONExtractString("data", 'ownerId') AS "owner_id",
       JSONExtractString("data", 'spaceId') AS "space_id",
       JSONExtractString("data", 'commandId') AS "command_id",
       JSONExtractString("data", 'requestId') AS "request_id",
       JSONExtractUInt("data", 'version') AS "version",
       simpleJSONExtractRaw(replaceOne("data", concat('"header":', simpleJSONExtractRaw("data", 'header')), '"header":{}'), 'state') AS "state",
       JSONExtractArrayRaw("data", 'body') AS "body",
       JSONExtractString("data", 'firstOperator') AS "first_operator",
       toDateTime64(JSONExtractInt("data", 'firstEventTime') / 1000.0, 3, 'Asia/Shanghai') AS "first_event_time",
       toDateTime64(JSONExtractInt("data", 'createTime') / 1000.0, 3, 'Asia/Shanghai') AS "create_time",
       JSONExtract("data", 'tags', 'Map(String, Array(String))') AS "tags",
       JSONExtractBool("data", 'deleted') AS "deleted"
FROM "bi_db_consumer"."compensation_execution_failed_state_queue"
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","aggregate":"compensation.execution_failed","kind":"CONSUMER","consumerIdentity":"95786147f24cde0b481066d6fd287e4b"}';
-- compensation.execution_failed.stateIngress --
-- ownership-registry-confirmation --
            INSERT INTO "bi_db_consumer"."__wow_bi_registry_47ef8205920f30334545057b6f50330a"
            ("deployment_id", "row_kind",
             "object_database", "object_name", "kind",
             "aggregate", "consumer_identity",
             "definition_fingerprint", "revision", "status",
             "row_fingerprint")
            VALUES
            ('47ef8205920f30334545057b6f50330a', 'HEAD', '', '', 'ANCHOR', NULL, NULL, '80d1fe0eadd36b38196c7442741c4fef', 34, 'ACTIVE', '80d1fe0eadd36b38196c7442741c4fef'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '11502ea0c8f02596dc18059090fdfaf9', 18, 'ACTIVE', '326bb65e451864ff8e9ddcbbbfc6f6c7'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command_store', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'a80f8602440904964160a82e23af7d72', 19, 'ACTIVE', 'ba7e6fcba0ce9cc4863a33ef5d43f324'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command_store_local', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '252b0734dbbb9a2fbdbde8b13a28cae9', 20, 'ACTIVE', '7eba39298fb5c5a733f2090003f1165f'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '871e7c97b65d1a5ac7b8f7dd154a3bf2', 21, 'ACTIVE', 'a85341360852f81130b7ac575e403217'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_event', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'd3ae6ac524f13b01182197c0a0e180db', 22, 'ACTIVE', '2f3e37168a0d147def3d2ac332208442'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '16273b61114e3a79bd5f534387fd2e1f', 23, 'ACTIVE', 'c9ca01f4c16f26cd0a14d08db7534f8c'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_root', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'ef1f6f98ddce5382639f2735fd27c01a', 24, 'ACTIVE', '58d40a6a807bea3b558aacab7646dc88'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_root_error__binding_errors', 'VIEW', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '2f8b52098b815d65567b6b1336a1bd9d', 25, 'ACTIVE', '91380bc9986cf0ffd8ac4e1c47582e27'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_store', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '12d766b286e6020f3fdeb40589c102d8', 26, 'ACTIVE', 'c2c358ec7f66c3714ae4750411772fd1'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_store_local', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '294b0435b02f0629e8d8c34511faff49', 27, 'ACTIVE', '7bc45a8aeca257b67f622cc2359db4b2'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_store', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'baa95956b2a61ebbd43f24ab8882b8f7', 28, 'ACTIVE', '58149a809d4f0f2ac79d4cfc20eeb063'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_store_local', 'STORE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '86ce2e67d73d7a73b39fde4346cb658f', 29, 'ACTIVE', 'd366d48e375e8e1d311df571181dce60'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_command_consumer', 'CONSUMER', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '9c32366840751473014ae50327e70d05', 30, 'ACTIVE', '151789fc28033b647a3df387c1be3da4'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_command_queue', 'QUEUE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'bf6bd7d9ae33b08bba74baf4d182c213', 31, 'ACTIVE', '2733a83a5e63cfca8931001a32d4fa70'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_consumer', 'CONSUMER', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '4f544968dcc20d6ed4aba8e6bc0266e7', 32, 'ACTIVE', '6716b248e9d1bac310c524a52ecf7112'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_last_consumer', 'CONSUMER', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', '79eb14d775b7b9516c99e269e0b7c981', 33, 'ACTIVE', '721078eb5661939e20341a14463fce60'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_queue', 'QUEUE', 'compensation.execution_failed', '95786147f24cde0b481066d6fd287e4b', 'a4abcd923ebeb2d589dae3d5a2ad1d07', 34, 'ACTIVE', '4158e503476f0eb4169ca5a1c1d90421');
-- ownership-registry-confirmation --
-- deployment-anchor --
CREATE VIEW "bi_db_consumer"."__wow_bi_deployment" ON CLUSTER '{cluster}' AS (SELECT 1 AS "alive" WHERE 0) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"95786147f24cde0b481066d6fd287e4b","topologyFingerprint":"1a217ccdf2c6535f9f8bb381c79fd1d1","kind":"ANCHOR","consumerIdentity":"95786147f24cde0b481066d6fd287e4b","registryRevision":34}';
-- deployment-anchor --
