/** The error codes with which a record refuses a command (contract 1.6). */
export type RefusalCode =
  | 'BadRequest'
  | 'IllegalArgument'
  | 'IllegalState'
  | 'NotFound'
  | 'DuplicateAggregateId'
  | 'DuplicateRequestId'
  | 'CommandExpectVersionConflict'
  | 'IllegalAccessOwnerAggregate'
  | 'IllegalAccessSpaceAggregate'
  | 'IllegalAccessDeletedAggregate'
  | 'Superseded';

/** Refusals are values, never exceptions: a thrown error would be retried for ever by the workflow. */
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly message: string;
  /** False where the command was stopped before its handler (contract 2.3: function `SimpleCommandAggregate.process`). */
  readonly reachedHandler: boolean;
}

/** A refusal by the command's handler: a domain precondition (contract 2.6 step 6). */
export function refuse(code: RefusalCode, message: string): Refusal {
  return { ok: false, code, message, reachedHandler: true };
}

/** A refusal before the handler is reached (contract 2.6 steps 1 to 5). */
export function reject(code: RefusalCode, message: string): Refusal {
  return { ok: false, code, message, reachedHandler: false };
}
