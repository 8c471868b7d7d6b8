import type { Response } from 'express';
import { writeText } from './write-text.ts';
import { type Writing, writePart } from './writing.ts';

/** A list of any length. */
export interface List {
  /** How many there are without the paging; null: the list is the whole answer. */
  readonly total: number | null;
  /** Its items, in batches that are read as the caller takes them. */
  readonly batches: AsyncIterable<readonly unknown[]>;
}

const JSON_TYPE = 'application/json';

/**
 * Writes a list as JSON, batch by batch; a list of one batch whole. Nothing is written before the second batch is there,
 * so that what goes wrong before is an answer of its own.
 * @throws what reading `list` throws; where a part has left by then, only to break the connection says that this is not all
 */
export async function writeList(response: Response, list: List, writing: Writing): Promise<void> {
  const [head, tail] = list.total === null ? ['[', ']'] : [`{"total":${list.total},"list":[`, ']}'];
  let pending = head;
  let isBegun = false;
  for await (const batch of list.batches) {
    if (writing.cancelled.aborted) return;
    if (isBegun) {
      if (!response.headersSent) response.writeHead(200, { 'Wow-Error-Code': 'Ok', 'Content-Type': JSON_TYPE });
      await writePart(response, pending, writing);
      pending = ',';
    }
    pending += JSON.stringify(batch).slice(1, -1);
    isBegun = true;
  }
  pending += tail;
  if (response.headersSent) response.end(pending);
  else writeText(response.setHeader('Wow-Error-Code', 'Ok'), 200, JSON_TYPE, pending);
}
