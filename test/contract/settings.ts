/** The settings under which everything was recorded: the records are due at once, and the original guards its queries. */
export const RECORDED_ENVIRONMENT = { AUTO_RETRY: 'off', QUERY_GUARD: 'on', QUERY_ZONE: 'UTC' };

/** How a setting of the original, as recorded, is set on an instance of ours. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Ours is always the same.
  'wow.bi.script.consumer-group-namespace=golden': {},
};

/** The environment of an instance for a setting of the original; undefined: we have no such setting. */
export const environmentFor = (config: string): Readonly<Record<string, string>> | undefined => SETTINGS[config];
