import { AGGREGATE_NAME } from '../../domain/index.ts';

/** The aggregate as topics and script sections name it: by its context's alias. */
export const AGGREGATE = `compensation.${AGGREGATE_NAME}`;

/** What the names of all tables and views begin with. */
export const PREFIX = `compensation_${AGGREGATE_NAME}`;

/** What the names of topics begin with, and where Kafka is, unless it is said otherwise. */
export const TOPIC_PREFIX = 'wow.';
export const BOOTSTRAP_SERVERS = 'localhost:9093';

/** The time zone of all columns with a time, unless it is said otherwise. */
export const TIME_ZONE = 'Asia/Shanghai';
