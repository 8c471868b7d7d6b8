import { z } from 'zod';

/** What the table of the settings says of a variable beside its name. */
export const VARIABLE_NOTES = z.registry<{
  readonly meaning: string;
  /** In place of the default where that is derived from other settings. */
  readonly derivedDefault?: string;
}>();
