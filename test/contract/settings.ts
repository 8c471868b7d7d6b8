/** How a setting of the original, as recorded, is set on an instance of ours. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

/** The environment of an instance for a setting of the original; undefined: we have no such setting. */
export const environmentFor = (config: string): Readonly<Record<string, string>> | undefined => SETTINGS[config];
