import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { createAddressGuard } from '../../src/dispatch/address-guard.ts';
import { type AllowEntry, parseAllowEntry } from '../../src/dispatch/allow-list.ts';
import { deliverHttp, type DeliveryOutcome, type Lookup } from '../../src/dispatch/index.ts';
import { httpTarget, NEVER, preparedRetry, startService } from './service.ts';

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

function allowing(...entries: readonly string[]): AllowEntry[] {
  return entries.map((text) => {
    const entry = parseAllowEntry(text);
    if (entry === null) throw new Error(`${text} is no entry`);
    return entry;
  });
}

describe('the guard refuses', () => {
  const guard = createAddressGuard([]);

  test.each([
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['unspecified', ['0.0.0.0', '0.1.2.3', '::']],
    ['private', ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1']],
    ['link-local', ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0']],
    ['unique-local', ['fc00::1', 'fd00:ec2::254']],
    ['shared (carrier-grade NAT)', ['100.64.0.1', '100.100.100.200']],
    ['cloud metadata', ['168.63.129.16', '::ffff:168.63.129.16']],
    ['multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1']],
    ['broadcast', ['255.255.255.255']],
    ['reserved', ['192.0.2.1', '198.18.0.1', '203.0.113.9', '240.0.0.1', '2001:db8::1', '4000::1', '::7f00:1']],
    ['discard', ['100::1']],
    ['teredo', ['2001::1']],
    ['rfc6052', ['64:ff9b:1::7f00:1']],
    ['rfc6145', ['::ffff:0:127.0.0.1']],
    ['not an IP address', ['localhost', '', '127.0.0.1:80', '0x7f.1', '2130706433']],
  ])('%s addresses: %j', (range, addresses) => {
    for (const address of addresses) expect([address, guard('host', address)]).toEqual([address, range]);
  });

  test.each([
    ['mapped', ['::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:127.0.0.1']],
    ['translated (NAT64)', ['64:ff9b::127.0.0.1', '64:ff9b::7f00:1']],
    ['tunnelled (6to4)', ['2002:7f00:1::', '2002:7f00:1::1234']],
  ])('an IPv4 address that is %s by an IPv6 one: %j', (_how, addresses) => {
    for (const address of addresses) expect([address, guard('host', address)]).toEqual([address, 'loopback']);
  });

  test.each(['::ffff:169.254.169.254', '64:ff9b::169.254.169.254', '2002:a9fe:a9fe::'])(
    'the metadata address in %s',
    (address) => {
      expect(guard('host', address)).toBe('link-local');
    },
  );

  test('what is no address, whatever the target allows', () => {
    const lenient = createAddressGuard(allowing('host', '127.0.0.0/8'));
    for (const address of ['localhost', '0x7f.1']) expect(lenient('host', address)).toBe('not an IP address');
  });
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '3000::1',
  '::ffff:1.1.1.1',
  '64:ff9b::1.1.1.1',
  '2002:101:101::',
])('the guard lets the public address %s pass', (address) => {
  expect(createAddressGuard([])('host', address)).toBeNull();
});

describe('what a target allows', () => {
  test.each([
    ['10.1.2.3', '10.1.2.3', '10.1.2.4'],
    ['10.0.0.0/8', '10.9.9.9', '172.16.0.1'],
    ['127.0.0.1', '::ffff:127.0.0.1', '127.0.0.2'],
    ['127.0.0.0/8', '64:ff9b::7f00:1', '::1'],
    ['[::1]', '::1', '127.0.0.1'],
    ['fd00::/8', 'fd12::1', 'fc12::1'],
    ['169.254.169.254', '169.254.169.254', '169.254.169.253'],
  ])('by the address or network %s is %s, but not %s', (entry, allowed, refused) => {
    const guard = createAddressGuard(allowing(entry));
    expect(guard('host', allowed)).toBeNull();
    expect(guard('host', refused)).not.toBeNull();
  });

  test.each([
    ['orders.internal', 'orders.internal'],
    ['Orders.Internal.', 'ORDERS.internal'],
    ['orders', 'orders.'],
    ['_srv.orders', '_srv.orders'],
  ])('by the name %s is every address of %s, and of no other host', (entry, host) => {
    const guard = createAddressGuard(allowing(entry));
    expect(guard(host, '127.0.0.1')).toBeNull();
    expect(guard(`x.${host}`, '127.0.0.1')).toBe('loopback');
    expect(guard('internal', '127.0.0.1')).toBe('loopback');
  });

  test.each([
    ...['', '*', '*.internal', 'http://orders', 'orders:80', 'orders/8', '10.0.0.0/33', '::/129', 'a b', 'a..b', '.a'],
    ...['127.1', '2130706433', '0x7f.1', '0x7f000001', '0177.0.0.1', '010.0.0.1', '256.1.1.1', '1.2.3'],
  ])('cannot be given as "%s"', (text) => {
    expect(parseAllowEntry(text)).toBeNull();
  });
});

/** Delivers to `url` with names that lead to `addresses`. */
async function deliver(url: string, allow: readonly string[], lookup: Lookup): Promise<DeliveryOutcome> {
  const target = await httpTarget({ url, allow });
  return deliverHttp(target, preparedRetry(), NEVER, { now: Date.now, lookup });
}

const leadingTo =
  (...addresses: readonly string[]): Lookup =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

const refusedAs = (range: string): unknown => ({
  kind: 'failed',
  error: { errorCode: 'TargetAddressRefused', errorMsg: expect.stringContaining(`(${range}); nothing was sent`) },
});

describe('a delivery sends nothing', () => {
  test.each([
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.1',
      '0x7f000001',
      '0177.0.0.1',
      '017700000001',
      '127.0.0.1.',
      '%31%32%37.1',
    ],
    ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[::127.0.0.1]', '①②⑦.0.0.1'],
  ])('to a service on this machine under http://%s', async (host) => {
    const service = await startService((_request, response) => response.end());
    const outcome = await deliver(`http://${host}:${service.port}/`, [], leadingTo('1.1.1.1'));
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: {
        errorCode: 'TargetAddressRefused',
        errorMsg: expect.stringMatching(/leads to [\d.:a-f]+ \((loopback|reserved)\); nothing/),
      },
    });
    expect(service.connections()).toBe(0);
  });

  test('to a service on this machine under its own name', async () => {
    const service = await startService((_request, response) => response.end());
    const target = await httpTarget({ url: `http://localhost:${service.port}/`, allow: [] });
    expect(await deliverHttp(target, preparedRetry(), NEVER)).toMatchObject(refusedAs('loopback') as object);
    expect(service.connections()).toBe(0);
  });

  test.runIf(hasIPv6)('to a service on this machine under http://[::1]', async () => {
    const service = await startService((_request, response) => response.end(), '::1');
    const outcome = await deliver(`http://[::1]:${service.port}/`, [], leadingTo('1.1.1.1'));
    expect(outcome).toMatchObject(refusedAs('loopback') as object);
    expect(service.connections()).toBe(0);
  });

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '::1'],
    ['loopback', '::ffff:127.0.0.1'],
    ['loopback', '64:ff9b::7f00:1'],
    ['link-local', '169.254.169.254'],
    ['private', '10.1.2.3'],
    ['unique-local', 'fd00:ec2::254'],
  ])('to a name that leads to the %s address %s', async (range, address) => {
    const service = await startService((_request, response) => response.end());
    const outcome = await deliver(`http://orders.example:${service.port}/`, [], leadingTo(address));
    expect(outcome).toMatchObject(refusedAs(range) as object);
    expect(outcome).toMatchObject({
      error: {
        errorMsg: `Target "orders" leads to orders.example, which is ${address} (${range}); nothing was sent. If that is meant, add "orders.example" or a network to "allow" of this target in the targets file.`,
      },
    });
    expect(service.connections()).toBe(0);
  });

  test.each([
    ['before', ['10.0.0.1', '127.0.0.1']],
    ['after', ['127.0.0.1', '10.0.0.1']],
  ])('to a name that has a refused address %s an allowed one', async (_where, addresses) => {
    const service = await startService((_request, response) => response.end());
    const outcome = await deliver(`http://orders.example:${service.port}/`, ['127.0.0.1'], leadingTo(...addresses));
    expect(outcome).toMatchObject(refusedAs('private') as object);
    expect(service.connections()).toBe(0);
  });

  test('to an address of the link-local range by its number', async () => {
    for (const host of ['169.254.169.254', '2852039166', '0xa9fea9fe', '[::ffff:a9fe:a9fe]']) {
      expect(await deliver(`http://${host}/latest/meta-data`, [], leadingTo('1.1.1.1'))).toMatchObject(
        refusedAs('link-local') as object,
      );
    }
  });
});

describe('a delivery reaches', () => {
  test.each([['127.0.0.1'], ['127.0.0.0/8']])('an address that its target allows by %s', async (entry) => {
    const service = await startService((_request, response) => response.end());
    expect(await deliver(service.url, [entry], leadingTo())).toMatchObject({ kind: 'succeeded' });
  });

  test.runIf(hasIPv6)('an allowed address in its IPv6 form too', async () => {
    const service = await startService((_request, response) => response.end());
    const url = `http://[::ffff:127.0.0.1]:${service.port}/`;
    expect(await deliver(url, ['127.0.0.1'], leadingTo())).toMatchObject({ kind: 'succeeded' });
  });

  test.each([['orders.example'], ['127.0.0.1']])('a name that its target allows by %s', async (entry) => {
    const service = await startService((_request, response) => response.end());
    const outcome = await deliver(`http://orders.example:${service.port}/`, [entry], leadingTo('127.0.0.1'));
    expect(outcome).toMatchObject({ kind: 'succeeded' });
    expect(service.requests[0]?.headers.host).toBe(`orders.example:${service.port}`);
  });

  test('exactly the address that was checked, though the name leads elsewhere a moment later', async () => {
    const service = await startService((_request, response) => response.end());
    const answers = ['127.0.0.1', '10.0.0.1'];
    const asked: string[] = [];
    const rebinding: Lookup = (name) => {
      asked.push(name);
      return leadingTo(answers.shift() ?? '10.0.0.1')(name);
    };
    const outcome = await deliver(`http://orders.example:${service.port}/`, ['127.0.0.1'], rebinding);
    expect(outcome).toMatchObject({ kind: 'succeeded' });
    expect(asked).toEqual(['orders.example']);
    expect(service.connections()).toBe(1);
  });

  test('a second address where the first does not answer', async () => {
    const service = await startService((_request, response) => response.end());
    const addresses = leadingTo('127.0.0.2', '127.0.0.1');
    expect(await deliver(`http://orders.example:${service.port}/`, ['127.0.0.0/8'], addresses)).toMatchObject({
      kind: 'succeeded',
    });
  });
});
