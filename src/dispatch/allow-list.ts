import ipaddr from 'ipaddr.js';
import { withoutEmbedding } from './embedded-address.ts';

/** One entry of a target's `allow`: a host by its name, or a network (a single address is one too). */
export type AllowEntry = { readonly host: string } | { readonly network: readonly [ipaddr.IPv4 | ipaddr.IPv6, number] };

const HOST_NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/** Reads an entry: `orders.internal`, `10.1.2.3`, `[::1]` or `10.0.0.0/8`; null: it is none of these. */
export function parseAllowEntry(text: string): AllowEntry | null {
  const entry = plainHost(text);
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) || ipaddr.IPv6.isValidCIDR(entry)) {
    return { network: ipaddr.parseCIDR(entry) };
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(entry)) return { network: [ipaddr.IPv4.parse(entry), 32] };
  if (ipaddr.IPv6.isValid(entry)) return { network: [ipaddr.IPv6.parse(entry), 128] };
  return HOST_NAME.test(entry) && isNameInUrl(entry) ? { host: entry } : null;
}

/** Whether `entry` lets a target reach `address` under `host`, the name or address in its URL. */
export function matchesAllowEntry(entry: AllowEntry, host: string, address: string): boolean {
  if ('host' in entry) return entry.host === plainHost(host);
  const [network, bits] = entry.network;
  // Both forms count, so that "127.0.0.0/8" also lets ::ffff:127.0.0.1 through, which is the same address.
  return [ipaddr.parse(address), withoutEmbedding(address)].some(
    (ip) => ip.kind() === network.kind() && ip.match(network, bits),
  );
}

/** Lower case, without the brackets of an IPv6 address in a URL and without the final dot of an absolute name. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** A URL reads "0x7f.1" and "2130706433" as addresses: as names they would never match. */
function isNameInUrl(entry: string): boolean {
  return URL.canParse(`http://${entry}`) && new URL(`http://${entry}`).hostname === entry;
}
