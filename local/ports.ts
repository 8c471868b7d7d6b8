import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { z } from 'zod';
import type { DataFolder } from './data-folder.ts';
import { LocalError } from './local-error.ts';
import type { Say } from './log.ts';

export const LOOPBACK = '127.0.0.1';

/** Below the ports that operating systems hand out to outgoing connections, which would take one between two starts. */
const RANGE = [20_000, 32_000] as const;

const REMEMBERED = z.record(z.string(), z.int());

/** Whether nobody listens there. @throws LocalError when the host is none of this machine's */
export function isPortFree(port: number, host = LOOPBACK): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else if (error.code === 'EACCES')
        reject(new LocalError(`This user may not listen on port ${port}; choose another.`));
      else reject(new LocalError(`Nobody can listen on ${host}:${port} of this machine (${error.message}).`));
    });
    probe.listen({ port, host, exclusive: true }, () =>
      probe.close(() => {
        resolve(true);
      }),
    );
  });
}

/**
 * The port of a server of ours: the one a variable asks for, else the one of the last start, else any that is free.
 * @throws LocalError when the variable names one that is taken or none at all
 */
export async function choosePort(
  folder: DataFolder,
  server: string,
  wanted: { readonly variable: string; readonly value: string | undefined },
  say: Say,
): Promise<number> {
  if (wanted.value !== undefined && wanted.value !== '') return checkWanted(wanted.variable, wanted.value);
  const remembered = readRemembered(folder)[server];
  if (remembered !== undefined) {
    if (await isPortFree(remembered)) return remembered;
    say(`Port ${remembered}, on which ${server} ran before, is taken by another program: choosing a new one.`);
  }
  let port: number;
  do port = randomInt(...RANGE);
  while (!(await isPortFree(port)));
  // Read again without a pause before the write: the ports of several servers are chosen at the same time.
  writeFileSync(
    folder.file('ports.json'),
    `${JSON.stringify({ ...readRemembered(folder), [server]: port }, null, 2)}\n`,
  );
  return port;
}

async function checkWanted(variable: string, value: string): Promise<number> {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port < 1 || port > 65_535) throw new LocalError(`${variable} must be a port from 1 to 65535, not "${value}".`);
  if (await isPortFree(port)) return port;
  throw new LocalError(`Port ${port} is taken by another program. Stop that, or set ${variable} to another port.`);
}

function readRemembered(folder: DataFolder): z.output<typeof REMEMBERED> {
  try {
    return REMEMBERED.parse(JSON.parse(readFileSync(folder.file('ports.json'), 'utf8')));
  } catch {
    // No file yet, or not one of ours any more: new ports are as good.
    return {};
  }
}
