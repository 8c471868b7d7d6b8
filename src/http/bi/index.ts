export { type HeaderSqlType, legacyScript } from './legacy-script.ts';
export { deployScript } from './script.ts';
export { readScriptRequest } from './script-request.ts';
