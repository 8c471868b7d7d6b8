export { createApp } from './app.ts';
export type { HttpDeps } from './deps.ts';
export type { HealthChecks, HealthComponent } from './health.ts';
export { type Queries, createQueries } from './queries.ts';
export { createIdGenerators } from './id-generators.ts';
export { createPages } from './pages/index.ts';
export { type Reads, createReads } from './reads.ts';
export { ListenError, startHttp } from './server.ts';
export { OPERATOR_ROUTES, ROUTES } from './routes/index.ts';
