import type { Socket } from 'node:net';
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import type { Header } from '../domain/index.ts';
import { headerText } from './request-header.ts';

const PREFIX = 'command-header-';
/** Keys that say where answers go and what the engine itself decided: not for callers. */
const OWN_KEYS = /^(?:command_wait_|redress_)/i;

/** The address at the other end of a connection, as it is stored: the same for all requests that come by it. */
const PEERS = new WeakMap<Socket, string>();

/** The header of a command's message, from the headers of its request (contract 1.3 and 4.5). */
export function readMessageHeader(request: Request): Header {
  const known = {
    user_agent: request.get('User-Agent'),
    remote_ip: remoteIp(request),
    app_id: request.get('CoSec-App-Id'),
    device_id: request.get('CoSec-Device-Id'),
  };
  return Object.fromEntries(
    [...Object.entries(known), ...commandHeaders(request.rawHeaders)].filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

/** `Command-Header-<key>` as it was sent: only the raw headers keep the letter case of the key. */
function commandHeaders(rawHeaders: readonly string[]): [string, string | undefined][] {
  return rawHeaders.flatMap((name, index): [string, string | undefined][] => {
    if (index % 2 === 1 || !name.toLowerCase().startsWith(PREFIX)) return [];
    const key = name.slice(PREFIX.length);
    return key === '' || OWN_KEYS.test(key) ? [] : [[key, rawHeaders[index + 1]]];
  });
}

/** The first hop that a proxy names, else the peer; this machine is called `localhost` as the original calls it. */
function remoteIp(request: Request): string | undefined {
  const forwarded = headerText(request, 'X-Forwarded-For').split(',')[0]?.trim() ?? '';
  if (forwarded !== '') return forwarded;
  const { socket } = request;
  const known = PEERS.get(socket);
  if (known !== undefined || socket.remoteAddress === undefined) return known;
  const address = ipaddr.process(socket.remoteAddress);
  const peer = address.range() === 'loopback' ? 'localhost' : address.toString();
  PEERS.set(socket, peer);
  return peer;
}
