import { compatibilityPartitioner } from '@platformatic/kafka';
import { expect, it } from 'vitest';

/** The hashes that Kafka's own tests expect of its murmur2 (`UtilsTest.testMurmur2`). */
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('the key %s goes to the partition that a JVM would choose', (key, hash) => {
  expect(compatibilityPartitioner({ topic: 't' }, Buffer.from(key))).toBe(hash & 0x7fffffff);
});
