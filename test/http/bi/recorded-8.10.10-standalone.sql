-- global --
CREATE DATABASE IF NOT EXISTS "bi_db";

CREATE DATABASE IF NOT EXISTS "bi_db_consumer";
-- global --
-- ownership-registry --
CREATE TABLE IF NOT EXISTS "bi_db_consumer"."__wow_bi_registry_47ef8205920f30334545057b6f50330a"
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
) ENGINE = ReplacingMergeTree("revision")
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
            ('47ef8205920f30334545057b6f50330a', 'HEAD', '', '', 'ANCHOR', NULL, NULL, 'a2977518d1e9a21dd578f3220e132dc5', 14, 'ACTIVE', 'a2977518d1e9a21dd578f3220e132dc5'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '11502ea0c8f02596dc18059090fdfaf9', 1, 'PENDING_CREATE', '3d9cd9db31158f10b83a41ade290c9e6'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command_store', 'STORE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'e50eef44d522b64b3ffd5a3221d171db', 2, 'PENDING_CREATE', '1f413c79dd24dd6edb9c7604de611f3c'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '871e7c97b65d1a5ac7b8f7dd154a3bf2', 3, 'PENDING_CREATE', '96f6e10678fe2c9598829d391f252b37'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_event', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'd3ae6ac524f13b01182197c0a0e180db', 4, 'PENDING_CREATE', '9aaa53ee2ce3f97e38abfc3c2e66ade3'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '16273b61114e3a79bd5f534387fd2e1f', 5, 'PENDING_CREATE', 'a2c8a7b887594044ba0dba774147c3ec'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_root', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'ef1f6f98ddce5382639f2735fd27c01a', 6, 'PENDING_CREATE', 'c4d2bd74a64f7146a937e7a489d3391e'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_root_error__binding_errors', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '2f8b52098b815d65567b6b1336a1bd9d', 7, 'PENDING_CREATE', 'b8fd58db9dda5fb74dfaa6d9124246f1'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_store', 'STORE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '9111f16b3e71a39af44c23ec5201d8ef', 8, 'PENDING_CREATE', '84aab212f8991f652a9b8844822cdd9d'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_store', 'STORE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '8b6cc9b722b418b89514f62cd1d38984', 9, 'PENDING_CREATE', '8b636a296a97fca76a1bc81b09448b0c'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_command_consumer', 'CONSUMER', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '9c32366840751473014ae50327e70d05', 10, 'PENDING_CREATE', '66e92352da8bfbf98034a52a482d67aa'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_command_queue', 'QUEUE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'bf6bd7d9ae33b08bba74baf4d182c213', 11, 'PENDING_CREATE', '32593cd4e4f9142007815ad1d46b3bb9'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_consumer', 'CONSUMER', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '4f544968dcc20d6ed4aba8e6bc0266e7', 12, 'PENDING_CREATE', 'ba13039e94023b8bfe30de2d7c68016b'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_last_consumer', 'CONSUMER', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '79eb14d775b7b9516c99e269e0b7c981', 13, 'PENDING_CREATE', '72d4031ee93961a40faca2a2862d24c4'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_queue', 'QUEUE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'a4abcd923ebeb2d589dae3d5a2ad1d07', 14, 'PENDING_CREATE', '6d89957e668ad4b2ff17cbb8b5bb0bc7');
-- ownership-registry-intent --
-- lifecycle --
-- lifecycle --
-- compensation.execution_failed.commandStorage --
CREATE TABLE "bi_db"."compensation_execution_failed_command_store"
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
) ENGINE = ReplacingMergeTree
  PARTITION BY toYYYYMM("create_time")
  ORDER BY "id"
  COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';
-- compensation.execution_failed.commandStorage --
-- compensation.execution_failed.stateStorage --
CREATE TABLE "bi_db"."compensation_execution_failed_state_store"
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
) ENGINE = ReplacingMergeTree("version")
      PARTITION BY toYYYYMM("create_time")
      ORDER BY ("tenant_id", "aggregate_id", "version")
      COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';
-- compensation.execution_failed.stateStorage --
-- compensation.execution_failed.stateLast --
CREATE TABLE "bi_db"."compensation_execution_failed_state_last_store"
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
) ENGINE = ReplacingMergeTree("version")
      PARTITION BY toYYYYMM("first_event_time")
      ORDER BY ("tenant_id", "aggregate_id")
      COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"STORE","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';

CREATE MATERIALIZED VIEW "bi_db_consumer"."compensation_execution_failed_state_last_consumer"
TO "bi_db"."compensation_execution_failed_state_last_store"
AS (
SELECT *
FROM "bi_db"."compensation_execution_failed_state_store"
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"CONSUMER","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';

CREATE VIEW "bi_db"."compensation_execution_failed_state_last"
AS (SELECT * FROM "bi_db"."compensation_execution_failed_state_last_store" FINAL)
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';
-- compensation.execution_failed.stateLast --
-- compensation.execution_failed.expansion --
CREATE VIEW "bi_db"."compensation_execution_failed_state_last_root" AS (
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
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';

CREATE VIEW "bi_db"."compensation_execution_failed_state_last_root_error__binding_errors" AS (
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
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';
-- compensation.execution_failed.expansion --
-- compensation.execution_failed.commandPublic --
CREATE VIEW "bi_db"."compensation_execution_failed_command"
AS (SELECT * FROM "bi_db"."compensation_execution_failed_command_store" FINAL)
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';
-- compensation.execution_failed.commandPublic --
-- compensation.execution_failed.statePublic --
CREATE VIEW "bi_db"."compensation_execution_failed_state"
AS (SELECT * FROM "bi_db"."compensation_execution_failed_state_store" FINAL)
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';

CREATE VIEW "bi_db"."compensation_execution_failed_state_event"
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
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"VIEW","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';
-- compensation.execution_failed.statePublic --
-- compensation.execution_failed.commandIngress --
CREATE TABLE "bi_db_consumer"."compensation_execution_failed_command_queue"
("data" String)
ENGINE = Kafka('localhost:9093', 'wow.compensation.execution_failed.command',
               'wow-bi.fbebb6a29965c355748e572e55f9c1f7.compensation_execution_failed_command_consumer', 'JSONAsString')
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"QUEUE","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';

CREATE MATERIALIZED VIEW "bi_db_consumer"."compensation_execution_failed_command_consumer"
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
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"CONSUMER","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';
-- compensation.execution_failed.commandIngress --
-- compensation.execution_failed.stateIngress --
CREATE TABLE "bi_db_consumer"."compensation_execution_failed_state_queue"
(
    "data" String
) ENGINE = Kafka('localhost:9093', 'wow.compensation.execution_failed.state',
                 'wow-bi.fbebb6a29965c355748e572e55f9c1f7.compensation_execution_failed_state_consumer', 'JSONAsString')
COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"QUEUE","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';

CREATE MATERIALIZED VIEW "bi_db_consumer"."compensation_execution_failed_state_consumer"
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
) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","aggregate":"compensation.execution_failed","kind":"CONSUMER","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7"}';
-- compensation.execution_failed.stateIngress --
-- ownership-registry-confirmation --
            INSERT INTO "bi_db_consumer"."__wow_bi_registry_47ef8205920f30334545057b6f50330a"
            ("deployment_id", "row_kind",
             "object_database", "object_name", "kind",
             "aggregate", "consumer_identity",
             "definition_fingerprint", "revision", "status",
             "row_fingerprint")
            VALUES
            ('47ef8205920f30334545057b6f50330a', 'HEAD', '', '', 'ANCHOR', NULL, NULL, '3a55a0cdee0619885a98d7eb654ec494', 28, 'ACTIVE', '3a55a0cdee0619885a98d7eb654ec494'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '11502ea0c8f02596dc18059090fdfaf9', 15, 'ACTIVE', 'b795ab0b46bf314f8422956ee065c930'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_command_store', 'STORE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'e50eef44d522b64b3ffd5a3221d171db', 16, 'ACTIVE', '9a1edf50bc95101b71987f55b7d71edc'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '871e7c97b65d1a5ac7b8f7dd154a3bf2', 17, 'ACTIVE', 'c55cbd96ec28f7a9c859d1c839aa95ea'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_event', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'd3ae6ac524f13b01182197c0a0e180db', 18, 'ACTIVE', '3acb40d9c1b4e62ab92b817d24ede7e1'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '16273b61114e3a79bd5f534387fd2e1f', 19, 'ACTIVE', '6ac4c5c1b9a723ab3d34e5f0b493553c'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_root', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'ef1f6f98ddce5382639f2735fd27c01a', 20, 'ACTIVE', '08d7b905958f06161c7877ed9efc9ca6'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_root_error__binding_errors', 'VIEW', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '2f8b52098b815d65567b6b1336a1bd9d', 21, 'ACTIVE', '553f415c5c73226aaa8437f05468209d'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_last_store', 'STORE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '9111f16b3e71a39af44c23ec5201d8ef', 22, 'ACTIVE', '7188981efd835e1fedef81817b1a6fa7'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db', 'compensation_execution_failed_state_store', 'STORE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '8b6cc9b722b418b89514f62cd1d38984', 23, 'ACTIVE', '81672cf588875d8b84a7f660944c7adc'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_command_consumer', 'CONSUMER', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '9c32366840751473014ae50327e70d05', 24, 'ACTIVE', '4194e794a1c219a386a2e0efd3caf1f3'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_command_queue', 'QUEUE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'bf6bd7d9ae33b08bba74baf4d182c213', 25, 'ACTIVE', '07284f16a313cb36af85abefc23030ae'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_consumer', 'CONSUMER', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '4f544968dcc20d6ed4aba8e6bc0266e7', 26, 'ACTIVE', '6f649e84c3908b131fe9b69fc47f0cbe'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_last_consumer', 'CONSUMER', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', '79eb14d775b7b9516c99e269e0b7c981', 27, 'ACTIVE', 'cadb620e07d43c2cc9d33d523ffe5cd8'),
('47ef8205920f30334545057b6f50330a', 'OBJECT', 'bi_db_consumer', 'compensation_execution_failed_state_queue', 'QUEUE', 'compensation.execution_failed', 'fbebb6a29965c355748e572e55f9c1f7', 'a4abcd923ebeb2d589dae3d5a2ad1d07', 28, 'ACTIVE', '7b472acd6687f68fccf1bcf2f3be7f83');
-- ownership-registry-confirmation --
-- deployment-anchor --
CREATE VIEW "bi_db_consumer"."__wow_bi_deployment" AS (SELECT 1 AS "alive" WHERE 0) COMMENT 'wow-bi:{"protocolVersion":3,"layoutVersion":7,"phase":"STABLE","deploymentId":"47ef8205920f30334545057b6f50330a","configurationFingerprint":"fbebb6a29965c355748e572e55f9c1f7","topologyFingerprint":"a9268847ae91435222ea21e31ac14c47","kind":"ANCHOR","consumerIdentity":"fbebb6a29965c355748e572e55f9c1f7","registryRevision":28}';
-- deployment-anchor --
