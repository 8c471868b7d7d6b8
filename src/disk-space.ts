import { statfs } from 'node:fs/promises';
import type { HealthComponent } from './http/index.ts';

/** Bytes below which a disk counts as full: as many as the original's (contract 10.2). */
const THRESHOLD = 10 * 1024 * 1024;

/** How much room there is on the disk that holds `path`, in bytes. Less than `threshold` is DOWN. */
export async function checkDiskSpace(path: string, threshold = THRESHOLD): Promise<HealthComponent> {
  try {
    const { bsize, blocks, bavail } = await statfs(path);
    const free = bavail * bsize;
    return {
      status: free < threshold ? 'DOWN' : 'UP',
      details: { total: blocks * bsize, free, threshold, path, exists: true },
    };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    return { status: 'DOWN', details: { total: 0, free: 0, threshold, path, exists: false } };
  }
}
