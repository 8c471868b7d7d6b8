import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Long enough for a cold disk; a program that waits for something is not the one that we look for. */
const ANSWER_TIMEOUT = 10_000;

/** What a `temporal` program says of itself. */
export interface TemporalVersion {
  readonly cli: string;
  /** The version of the server inside, which decides on the schema of its database file. */
  readonly server: string;
}

/** Asks the program; null when it is none, or none that holds a server. */
export async function versionOf(file: string): Promise<TemporalVersion | null> {
  try {
    const { stdout } = await run(file, ['--version'], { timeout: ANSWER_TIMEOUT });
    return parseVersion(stdout);
  } catch {
    // Not there, not a program for this machine, or it refuses the question.
    return null;
  }
}

/** Reads `temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)`. */
export function parseVersion(text: string): TemporalVersion | null {
  const [, cli, server] = /temporal version (\d+\.\d+\.\d+[\w.-]*) \(Server (\d+\.\d+\.\d+[\w.-]*)/i.exec(text) ?? [];
  return cli === undefined || server === undefined ? null : { cli, server };
}

/** Whether a version, like 1.10.0, is at least another one. Pre-releases count as their release. */
export function isAtLeast(version: string, needed: string): boolean {
  const [own, other] = [version, needed].map((text) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number));
  for (const [place, number] of (other ?? []).entries()) {
    const difference = (own?.[place] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
