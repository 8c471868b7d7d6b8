import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { type Lookup, deliverHttp } from '../../src/dispatch/index.ts';
import { NEVER, httpTarget, preparedRetry, startService } from './service.ts';

const HEADER_SIZE = 12;
const TYPE_A = 1;

/** A name server that answers any question for an address with the next of `addresses`, the last one for ever, to be forgotten at once. */
async function startNameServer(addresses: readonly string[]): Promise<{ lookup: Lookup; questions: () => number }> {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (question, { port, address }) => {
    const given = addresses[Math.min(asked, addresses.length - 1)] ?? '';
    asked += 1;
    socket.send(answerTo(question, given), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    lookup: async (name) => (await resolver.resolve4(name)).map((address) => ({ address, family: 4 })),
    questions: () => asked,
  };
}

/** RFC 1035: the question again, then one record that points to its name. */
function answerTo(question: Buffer, address: string): Buffer {
  const end = question.indexOf(0, HEADER_SIZE) + 5;
  const header = Buffer.from(question.subarray(0, HEADER_SIZE));
  // An answer, without an error; one question, one answer, nothing else.
  header.writeUInt16BE(0x8180, 2);
  [1, 1, 0, 0].forEach((count, index) => header.writeUInt16BE(count, 4 + 2 * index));
  const record = Buffer.from([0xc0, HEADER_SIZE, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([header, question.subarray(HEADER_SIZE, end), record]);
}

test('a name whose server shows an allowed address first and a forbidden one next leads to the allowed one only', async () => {
  const allowed = await startService((_request, response) => response.end(), '127.0.0.1');
  const names = await startNameServer(['127.0.0.1', '127.0.0.2']);
  // Whoever asks once more, for the connection, is led to another service on this machine.
  const target = await httpTarget({ url: `http://rebinding.example:${allowed.port}/`, allow: ['127.0.0.1'] });
  const outcome = await deliverHttp(target, preparedRetry(), NEVER, { now: Date.now, lookup: names.lookup });
  expect(outcome).toMatchObject({ kind: 'succeeded' });
  expect([allowed.connections(), names.questions()]).toEqual([1, 1]);
});

test('each delivery asks the name server anew, and is refused once that leads to a forbidden address', async () => {
  const service = await startService((_request, response) => response.end());
  const names = await startNameServer(['127.0.0.1', '127.0.0.2']);
  const target = await httpTarget({ url: `http://rebinding.example:${service.port}/`, allow: ['127.0.0.1'] });
  const deliver = () => deliverHttp(target, preparedRetry(), NEVER, { now: Date.now, lookup: names.lookup });
  expect(await deliver()).toMatchObject({ kind: 'succeeded' });
  expect(await deliver()).toMatchObject({ kind: 'failed', error: { errorCode: 'TargetAddressRefused' } });
  expect(service.connections()).toBe(1);
});
