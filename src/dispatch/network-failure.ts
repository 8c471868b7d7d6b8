import type { Failure } from './outcome.ts';
import { TargetAddressRefused } from './guarded-lookup.ts';
import { excerpt } from './text.ts';

const HINTS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name does not resolve: check "url" in the targets file',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nothing listens there: is the service up, and is the port right?',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to its network',
  ETIMEDOUT: 'the connection timed out: is a firewall in between?',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out: is a firewall in between?',
  EPROTO: 'it does not speak TLS: is "url" meant to be http?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: is "url" meant to be http?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: name its authority in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known: name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known: name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known: name it in NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of its answer are larger than 16 KiB',
};

/** What `error`, thrown on the way to or from a target, means; `connected` tells whether the target may have got the request. */
export function networkFailure(target: string, error: unknown, connected: boolean): Failure {
  if (error instanceof TargetAddressRefused) {
    const { host, address, range } = error;
    const place = host === address ? address : `${host}, which is ${address}`;
    return {
      errorCode: 'TargetAddressRefused',
      errorMsg: `Target "${target}" leads to ${place} (${range}); nothing was sent. If that is meant, add "${host}" or a network to "allow" of this target in the targets file.`,
    };
  }
  const reason = describe(error);
  return connected
    ? {
        errorCode: 'ConnectionLost',
        errorMsg: `Target "${target}" got the request but its answer did not arrive whole: ${reason}. It may have been executed all the same: look there before repeating it by hand.`,
      }
    : { errorCode: 'TargetUnreachable', errorMsg: `Target "${target}" was not reached, nothing was sent: ${reason}.` };
}

/** The failure of a delivery that took too long; `limit` in milliseconds from its start. */
export function timeoutFailure(target: string, limit: number, connected: boolean): Failure {
  const seconds = (Math.max(limit, 0) / 1000).toFixed(1);
  return {
    errorCode: 'RequestTimeout',
    errorMsg: connected
      ? `Target "${target}" gave no complete answer within ${seconds} s. Work that takes longer answers 202 and reports back, or gets a longer executionTimeout (and "timeout", where the targets file sets one).`
      : `Target "${target}" was not connected within ${seconds} s, nothing was sent: is it up and reachable, and is its executionTimeout long enough?`,
  };
}

function describe(error: unknown): string {
  const root = rootOf(error);
  const code = 'code' in root && typeof root.code === 'string' ? root.code : '';
  const detail = excerpt([code, root.message].filter((part) => part !== '').join(': '));
  const hint = HINTS[code];
  return hint === undefined ? detail : `${hint} (${detail})`;
}

/** When every address of a name fails, Node throws one error around all of them that says nothing itself. */
function rootOf(error: unknown): Error {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first : new Error(String(first));
}
