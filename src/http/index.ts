export { createApp } from './app.ts';
export type { HttpDeps, Metrics } from './deps.ts';
export type { HealthCheck, HealthChecks, HealthComponent } from './health.ts';
export { type Reads, createReads } from './reads.ts';
export { type HttpServer, ListenError, startHttp } from './server.ts';
