export { KafkaConfigError } from './client-options.ts';
export { type Cluster, openCluster } from './cluster.ts';
export type { KafkaSettings } from './settings.ts';
