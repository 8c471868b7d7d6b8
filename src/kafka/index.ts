export { KafkaConfigError } from './client-options.ts';
export { type Cluster, openCluster } from './cluster.ts';
export { type Out, runOut } from './out.ts';
export type { KafkaSettings } from './settings.ts';
export { type CommandsIn, type CommandsInState, takeCommands } from './commands/commands-in.ts';
export type { Intaken } from './commands/intake.ts';
