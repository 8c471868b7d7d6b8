export { KafkaConfigError } from './client-options.ts';
export { type Cluster, openCluster } from './cluster.ts';
export { type Out, runOut } from './out.ts';
export type { KafkaSettings } from './settings.ts';
