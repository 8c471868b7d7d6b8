/** A query that gets 400: what the contract's tables 2.3 and 2.4 say in their column Target. */
export class Refused extends Error {
  readonly code: 'IllegalArgument' | 'BadRequest' | 'IllegalState';

  constructor(code: Refused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export const illegalArgument = (message: string): Refused => new Refused('IllegalArgument', message);
export const badRequest = (message: string): Refused => new Refused('BadRequest', message);
