/** What a decoding error says about the body (contract 2.4). */
export interface QueryBindingError {
  readonly name: string;
  readonly msg: string;
}

/** A query that is answered 400, with the codes of the column Target of query contract 2.4. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  readonly code: 'IllegalArgument' | 'BadRequest' | 'IllegalState';
  readonly bindingErrors: readonly QueryBindingError[];

  constructor(code: QueryRefused['code'], message: string, bindingErrors: readonly QueryBindingError[] = []) {
    super(message);
    this.code = code;
    this.bindingErrors = bindingErrors;
  }
}

/** A body that is JSON but no query; the reason names the member. */
export function undecodable(reason: string): QueryRefused {
  const bindingErrors = [{ name: 'body', msg: `JSON decoding error: ${reason}` }];
  return new QueryRefused('IllegalArgument', '400 BAD_REQUEST "Failed to read HTTP message"', bindingErrors);
}

/** A query that is well formed and means nothing. */
export function illegalArgument(message: string): QueryRefused {
  return new QueryRefused('IllegalArgument', message);
}

/** A value of a kind that the operator cannot use, or what the original's store refuses. */
export function badRequest(message: string): QueryRefused {
  return new QueryRefused('BadRequest', message);
}
