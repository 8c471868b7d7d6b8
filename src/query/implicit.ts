import { TENANT_ID } from '../domain/index.ts';
import { type Condition, implied } from './condition.ts';
import type { QueryContext } from './context.ts';

/** The client's condition together with the tenant, owner and space of the request (query contract 3.1). */
export function withScope(client: Condition, { ownerId, spaceId }: QueryContext): Condition {
  const tenant = implied('TENANT_ID', TENANT_ID);
  const owner = ownerId.trim() === '' ? [] : [implied('OWNER_ID', ownerId)];
  const space = spaceId.trim() === '' ? [] : [implied('SPACE_ID', spaceId)];
  const parts = [...owner, ...space];
  const scope = parts.length === 0 ? tenant : implied('AND', '', [tenant, ...parts]);
  return client.operator === 'ALL' ? scope : implied('AND', '', [client, scope]);
}

/**
 * Deleted snapshots stay out unless the client's whole condition is a bare DELETED (query contract 3.3): the scope is
 * always wrapped around it, so a DELETED further inside is never seen by the original's guard either.
 */
export function withoutDeleted(scoped: Condition, client: Condition, { subject }: QueryContext): Condition {
  if (subject === 'event_stream' || client.operator === 'DELETED') return scoped;
  return implied('AND', '', [implied('DELETED', false), scoped]);
}
