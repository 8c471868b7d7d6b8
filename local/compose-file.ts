import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from './settings.ts';

/** As compose fills in `${NAME:-default}` where nothing is set. */
const withDefaults = (value: string | number): string => String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1');

const SERVICE = z.strictObject({
  profiles: z.array(z.string()).default([]),
  image: z.string().optional(),
  build: z.literal('.').optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()]).transform(withDefaults)),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()), interval: z.string(), timeout: z.string() }).optional(),
  stop_grace_period: z.string().optional(),
  restart: z.string().optional(),
});

/** One service of it. */
export type ComposeService = z.output<typeof SERVICE>;

const COMPOSE = z.strictObject({
  services: z.strictObject({
    redress: SERVICE,
    'redress-worker': SERVICE,
    postgres: SERVICE,
    temporal: SERVICE,
    'temporal-schema': SERVICE,
    'temporal-postgres': SERVICE,
    'temporal-ui': SERVICE,
  }),
  volumes: z.record(z.string(), z.null()),
});

/** What `docker-compose.yml` says, its variables filled in with their defaults. */
export async function readCompose(): Promise<z.output<typeof COMPOSE>> {
  return COMPOSE.parse(parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')));
}
