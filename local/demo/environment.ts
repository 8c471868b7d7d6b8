/**
 * What would lead the demo to other servers or change what it shows. Others may work on those servers, and the retries of
 * the demo are none of theirs.
 */
const WITHHELD =
  /^(DATABASE_URL|PORT|HOST|ROLES|ADVERTISED_URL|PUBLIC_URL|WAIT_HOSTS|TARGETS_FILE|AUTO_RETRY|VISIBILITY_UPSERTS|SHUTDOWN_TIMEOUT|DASHBOARD_DIR|RETENTION|CREATE_PATH)$|^(POSTGRES|TEMPORAL|RETRY|MAX|QUERY|KAFKA)_/;

/**
 * The environment of the demo's servers: the surrounding one without its settings of Redress and Temporal. `noProfiles`
 * is a file that does not exist, in the place of the one with the profiles of the Temporal CLI.
 */
export function demoEnvironment(env: NodeJS.ProcessEnv, noProfiles: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !WITHHELD.test(name));
  return { ...Object.fromEntries(kept), TEMPORAL_CONFIG_FILE: noProfiles };
}
