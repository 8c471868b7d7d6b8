import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { makeWorkFolder } from '../../local/work-folder.ts';

const POM = fileURLToPath(new URL('./kafka/pom.xml', import.meta.url));
const VERSION = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(readFileSync(POM, 'utf8'))?.[1] ?? '';
const JARS = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'redress', `kafka-${VERSION}`);
/** The oldest Java on which this Kafka runs. */
const JAVA = 17;

/** Why no broker can run on this machine; null: one can, and where it does not, a test has failed. */
const missing = findMissing();

/** Tests that need a broker: skipped, and said to be, where the machine has no Java or no Maven to get Kafka with. */
export const describeWithKafka = missing === null ? describe : describe.skip;

if (missing !== null) process.stderr.write(`The tests with a Kafka broker are SKIPPED: ${missing}\n`);

function findMissing(): string | null {
  // Says `openjdk version "17.0.15"`, older ones `java version "1.8.0_402"`.
  const version = /version "(\d+)/.exec(spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr)?.[1];
  if (Number(version ?? 0) < JAVA) return `they need Java ${JAVA} or later on the PATH.`;
  if (existsSync(JARS) || spawnSync('mvn', ['-v']).status === 0) return null;
  return 'they need Maven on the PATH, once, to get the broker.';
}

/** The class path of the broker whose version `kafka/pom.xml` pins; Maven gets it once. @throws Error with what Maven said */
export async function kafkaClassPath(): Promise<string> {
  if (!existsSync(JARS)) {
    const folder = await makeWorkFolder(JARS);
    try {
      await copyJars(folder);
      // Another run may have been faster: its jars are as good.
      await rename(folder, JARS).catch((error: unknown) => {
        if (!existsSync(JARS)) throw error;
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return join(JARS, '*');
}

async function copyJars(folder: string): Promise<void> {
  const args = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  const maven = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [maven.stdout, maven.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(maven, 'close')) as [number | null];
  if (code !== 0) throw new Error(`Maven cannot get Kafka ${VERSION}:\n${said}`);
}
