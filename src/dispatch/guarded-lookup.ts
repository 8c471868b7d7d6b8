import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import type { AddressGuard } from './address-guard.ts';
import { plainHost } from './allow-list.ts';

/** All addresses of a host name; rejects like `dns.lookup` where there is none. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The address of a target may not be reached; nothing was sent. */
export class TargetAddressRefused extends Error {
  override readonly name = 'TargetAddressRefused';
  readonly host: string;
  readonly address: string;
  /** What the address is: loopback, private, … */
  readonly range: string;

  constructor(host: string, address: string, range: string) {
    super(`${host} leads to ${address} (${range})`);
    this.host = host;
    this.address = address;
    this.range = range;
  }
}

/**
 * Checks a host that is an address itself: no name is looked up for it when the connection is made.
 * @throws TargetAddressRefused
 */
export function checkLiteralAddress(url: URL, guard: AddressGuard): void {
  const host = plainHost(url.hostname);
  if (isIP(host) === 0) return;
  const range = guard(host, host);
  if (range !== null) throw new TargetAddressRefused(host, host, range);
}

/**
 * A look-up for `net.connect` that hands out only checked addresses. The socket connects to exactly these and never asks
 * again, so a name server cannot show one address to the check and another to the connection. One refused address
 * refuses the whole name: a public name that also leads inside is a mistake or an attack.
 */
export function guardedLookup(guard: AddressGuard, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname)
      .then((addresses) => {
        for (const { address } of addresses) {
          const range = guard(hostname, address);
          if (range !== null) throw new TargetAddressRefused(hostname, address, range);
        }
        return addresses;
      })
      .then(
        (addresses) => {
          const [first] = addresses;
          if (first === undefined) callback(noAddress(hostname), []);
          else if (options.all === true) callback(null, [...addresses]);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => {
          callback(error instanceof Error ? error : new Error(String(error)), []);
        },
      );
  };
}

const noAddress = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
