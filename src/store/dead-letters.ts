import type { Cursor } from './cursor.ts';
import type { Pool, Statement } from './pools.ts';

/** A record that could not be published. */
export interface DeadLetter {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  /** Why, for a person. */
  readonly reason: string;
  /** The place in the feed of the message that it was made of. */
  readonly cursor: Cursor;
}

const ADD: Statement = {
  name: 'dead-letter.add',
  text: `insert into redress.dead_letter (era, transaction_id, position, topic, key, reason, value)
values ($1, $2, $3, $4, $5, $6, $7) on conflict on constraint dead_letter_key do nothing`,
};

const COUNT: Statement = {
  name: 'dead-letter.count',
  text: 'select count(*)::int as count from redress.dead_letter',
};

/** Keeps a record that could not be published; once, however often its message is taken. */
export async function addDeadLetter(pool: Pool, { topic, key, value, reason, cursor }: DeadLetter): Promise<void> {
  const { era, transactionId, position } = cursor;
  await pool.query(ADD, [era, String(transactionId), String(position), topic, key, reason, value]);
}

/** How many records are kept that could not be published. */
export async function countDeadLetters(pool: Pool): Promise<number> {
  return (await pool.query<{ count: number }>(COUNT, []))[0]?.count ?? 0;
}
