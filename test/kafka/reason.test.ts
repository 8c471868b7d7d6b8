import { expect, it } from 'vitest';
import { kafkaReason } from '../../src/kafka/reason.ts';
import { refusal } from './bus.ts';

const refused = (port: number): Error =>
  Object.assign(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`), { code: 'ECONNREFUSED', syscall: 'connect' });

it('names the setting and each reason once where no broker can be reached', () => {
  const tries = [refused(9_092), refused(9_092), refused(9_093)].map((cause) => new Error('a try failed', { cause }));
  const reason = kafkaReason(new AggregateError(tries, 'metadata failed 3 times.'));
  expect(reason).toMatch(
    /^Kafka does not answer \(connect ECONNREFUSED .*:9092 connect ECONNREFUSED .*:9093\): .*KAFKA_BROKERS/,
  );
});

it('is what the brokers say where they answer', () => {
  expect(kafkaReason(refusal('INVALID_RECORD'))).toBe('INVALID_RECORD: a broker says so');
  const mixed = new AggregateError([refused(9_092), refusal('INVALID_RECORD')], 'failed 2 times.');
  expect(kafkaReason(mixed)).toBe('connect ECONNREFUSED 127.0.0.1:9092 INVALID_RECORD: a broker says so');
});
