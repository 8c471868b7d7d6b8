import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type AllowEntry, matchesAllowEntry } from './allow-list.ts';
import { withoutEmbedding } from './embedded-address.ts';

/** What an address is (loopback, private, …) where it is refused for `host`, the name or address in the URL; null: go ahead. */
export type AddressGuard = (host: string, address: string) => string | null;

/** A guard that refuses every address that is not a public one, but for those in `allow`. */
export function createAddressGuard(allow: readonly AllowEntry[]): AddressGuard {
  return (host, address) => {
    if (isIP(address) === 0) return 'not an IP address';
    return allow.some((entry) => matchesAllowEntry(entry, host, address)) ? null : refusedRange(address);
  };
}

/** Public addresses under which clouds serve the secrets of a machine. All others are link-local, private or shared. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16']);
/** The only part of IPv6 that is routed between sites (RFC 4291 2.4); everything else is refused, known or not. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

const RANGE_NAMES: Readonly<Record<string, string>> = {
  carrierGradeNat: 'shared (carrier-grade NAT)',
  linkLocal: 'link-local',
  private: 'private',
  uniqueLocal: 'unique-local',
};

function refusedRange(address: string): string | null {
  const ip = withoutEmbedding(address);
  if (METADATA_ADDRESSES.has(ip.toString())) return 'cloud metadata';
  const range = ip.range();
  if (range !== 'unicast') return RANGE_NAMES[range] ?? range;
  return ip.kind() === 'ipv6' && !ip.match(GLOBAL_UNICAST) ? 'reserved' : null;
}
