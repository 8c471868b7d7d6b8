import { deadline } from '../domain/index.ts';
import { type Pools, lockRecord, regenerateRecord } from '../store/index.ts';
import { SourcingConflict } from './sourcing-conflict.ts';
import { type Version, sourceVersions } from './sourcing.ts';

/**
 * Makes the snapshot of a record anew from all its events (contract 8.2). Whoever holds the row holds back the feed, so
 * that it is locked only for the versions that came since the others were read, and no append comes between; where there
 * is no row, a version that an append stores meanwhile stays.
 * @returns whether there is such a record
 * @throws SourcingConflict where events are missing; StoreUnavailable
 */
export async function regenerateSnapshot(pools: Pick<Pools, 'commands' | 'queries'>, id: string): Promise<boolean> {
  const read = await newest(pools.queries, id, null);
  return pools.commands.transaction(async (client) => {
    const stored = await lockRecord(client, id);
    const last = await newest(client, id, read);
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

/** The newest version of a record, folded from one that is known. */
async function newest(
  source: Parameters<typeof sourceVersions>[0],
  id: string,
  known: Version | null,
): Promise<Version | null> {
  let last = known;
  for await (const version of sourceVersions(source, id, { after: known })) last = version;
  return last;
}
