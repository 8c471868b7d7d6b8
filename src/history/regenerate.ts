import { deadline } from '../domain/index.ts';
import { type Pool, lockRecord, regenerateRecord } from '../store/index.ts';
import { SourcingConflict } from './sourcing-conflict.ts';
import { type Version, sourceVersions } from './sourcing.ts';

/**
 * Makes the snapshot of a record anew from all its events (contract 8.2). The row is locked before the events are read, so
 * that no append comes between; where there is no row, a version that an append stores meanwhile stays.
 * @returns whether there is such a record
 * @throws SourcingConflict where events are missing; StoreUnavailable
 */
export function regenerateSnapshot(pool: Pool, id: string): Promise<boolean> {
  return pool.transaction(async (client) => {
    const stored = await lockRecord(client, id);
    let last: Version | null = null;
    for await (const version of sourceVersions(client, id)) last = version;
    if (stored !== null && stored.snapshot.version > (last?.snapshot.version ?? 0)) {
      throw new SourcingConflict(`the snapshot of ${id} has version ${stored.snapshot.version}, which no event has`);
    }
    if (last === null) return false;
    const { snapshot, notBefore } = last;
    const due = deadline(snapshot, notBefore);
    // Where the workflow may wait for something else than what is due, the starter has it look again.
    const engaged = stored?.deadline === due ? stored.engaged : 0;
    await regenerateRecord(client, { snapshot, notBefore, deadline: due, engaged });
    return true;
  });
}
