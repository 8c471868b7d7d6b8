import { z } from 'zod';
import { int, named, ofRecord, text, time } from './values.ts';

/** The reader of the original takes other scalars for their text; what is no scalar it refuses. */
const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/**
 * The envelope of a command (messaging 1.5). What its body must hold says the command that `bodyType` or `name` stands
 * for. Older senders know no space; what else a reader does without has its default.
 */
export const COMMAND_MESSAGE = z.object({
  id: named,
  ...ofRecord,
  name: named,
  header: z.record(z.string(), headerValue),
  ownerId: text.default(''),
  spaceId: text.default(''),
  requestId: named,
  aggregateVersion: int.min(0).optional(),
  isCreate: z.boolean(),
  isVoid: z.boolean().default(false),
  allowCreate: z.boolean().default(false),
  bodyType: named,
  body: z.looseObject({}),
  createTime: time,
});

export type WireCommand = z.output<typeof COMMAND_MESSAGE>;
