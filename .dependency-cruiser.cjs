/** The rooms of the server and which others each may import; what is not listed is forbidden. */
const ROOMS = {
  'src/domain': [],
  'src/command-handler': ['src/domain', 'src/store'],
  'src/store': ['src/domain'],
  'src/query': ['src/domain'],
  // Bundles the workflows by their path; what it shares with them beside types is names, never their code.
  'src/temporal': ['workflows', 'activities', 'src/domain'],
  'src/gateway': ['src/domain', 'src/command-handler', 'src/store'],
  'src/dispatch': ['src/domain'],
  'src/feed': ['src/domain', 'src/history', 'src/store'],
  'src/kafka': ['src/domain', 'src/feed', 'src/gateway', 'src/history', 'src/store'],
  'src/recovery': ['src/store', 'src/temporal'],
  'src/history': ['src/domain', 'src/store'],
  'src/import': ['src/command-handler', 'src/domain', 'src/store'],
  'src/http': ['src/domain', 'src/gateway', 'src/history', 'src/query', 'src/store', 'src/feed'],
  workflows: [],
  activities: ['src/domain', 'src/command-handler', 'src/dispatch'],
};

/** Rooms of which only types may be imported: nothing of them is loaded. */
const TYPES_OF = {
  workflows: ['src/domain'],
  // They carry out what the workflows declare.
  activities: ['workflows'],
};

/** Packages that belong to some rooms; the other rooms, and all packages not listed here, are free. */
const PACKAGES = {
  pg: ['src/store'],
  'node-pg-migrate': ['src/store'],
  express: ['src/http'],
  '@platformatic/kafka': ['src/kafka'],
  '@temporalio/activity': ['activities'],
  '@temporalio/client': ['src/gateway', 'src/temporal'],
  '@temporalio/envconfig': ['src/temporal'],
  '@temporalio/proto': ['src/temporal'],
  '@temporalio/worker': ['src/temporal'],
  '@temporalio/workflow': ['workflows'],
};

const SERVER = '^(src|workflows|activities)/';
const OURS = '^(src|workflows|activities|local|bench|tools|examples|test|client)/';
/** The files beside the rooms wire them: configuration, metrics, health, start and stop. */
const ROOT = '^src/[^/]+[.]ts$';
const CONFIG = '^src/config[^/]*[.]ts$';

const inRoom = (room) => `^${room}/`;
const inPackage = (name) => `(^|/)node_modules/${name}/`;

const rooms = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `arrows of ${room}`,
  severity: 'error',
  from: { path: inRoom(room) },
  to: { path: OURS, pathNot: [room, ...allowed, ...(TYPES_OF[room] ?? [])].map(inRoom) },
}));

const types = Object.entries(TYPES_OF).map(([room, others]) => ({
  name: `${room} knows others by their types only`,
  severity: 'error',
  from: { path: inRoom(room) },
  to: { path: others.map(inRoom), dependencyTypesNot: ['type-only'] },
}));

const packages = Object.entries(PACKAGES).map(([name, owners]) => ({
  name: `${name} has its room`,
  severity: 'error',
  from: { path: SERVER, pathNot: [...owners.map(inRoom), ROOT] },
  to: { path: inPackage(name) },
}));

const PURE = [
  {
    name: 'the domain imports nothing',
    severity: 'error',
    from: { path: inRoom('src/domain') },
    to: { pathNot: inRoom('src/domain') },
  },
  {
    name: 'workflows import nothing that is not deterministic',
    severity: 'error',
    from: { path: inRoom('workflows') },
    to: { pathNot: [OURS, inPackage('@temporalio/(workflow|common)')] },
  },
];

const COMPOSITION = [
  {
    name: 'a new room states its arrows',
    comment: 'Add it to ROOMS above and to the table of the rooms in ARCHITECTURE.md.',
    severity: 'error',
    from: { path: SERVER, pathNot: [...Object.keys(ROOMS).map(inRoom), ROOT] },
    to: {},
  },
  {
    name: 'no room knows who wires it',
    severity: 'error',
    from: { path: SERVER, pathNot: ROOT },
    to: { path: ROOT },
  },
  {
    name: 'configuration does not wire',
    severity: 'error',
    from: { path: CONFIG },
    to: { path: OURS, pathNot: [CONFIG, inRoom('src/domain')], dependencyTypesNot: ['type-only'] },
  },
  { name: 'nobody imports main', severity: 'error', from: {}, to: { path: '^src/main[.]ts$' } },
  {
    name: 'workflows are reached from their worker only',
    severity: 'error',
    from: { path: OURS, pathNot: ['^(workflows|activities|test)/', inRoom('src/temporal')] },
    to: { path: '^workflows/' },
  },
];

const OUTSIDE_THE_SERVER = [
  {
    name: 'local stands alone, but for the client, which the demo shows at work',
    severity: 'error',
    from: { path: '^local/' },
    to: { path: OURS, pathNot: ['^local/', '^client/src/'] },
  },
  {
    name: 'the client knows the contract only',
    comment: 'It is installed without the server, and beside one of another version.',
    severity: 'error',
    from: { path: '^client/' },
    to: { path: OURS, pathNot: '^client/' },
  },
  {
    name: 'the client runs wherever there is a fetch',
    severity: 'error',
    from: { path: '^client/src/', pathNot: '^client/src/express[.]ts$' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'examples stand alone',
    severity: 'error',
    from: { path: '^examples/' },
    to: { path: OURS, pathNot: '^examples/' },
  },
  {
    name: 'a baseline measures without us',
    severity: 'error',
    from: { path: '^bench/bare' },
    to: { path: SERVER, reachable: true },
  },
  {
    name: 'the second evaluator of queries shares nothing with the first',
    severity: 'error',
    from: { path: '^test/query/evaluator/' },
    to: { pathNot: '^test/query/evaluator/' },
  },
  {
    name: 'the server does not know its tests, benchmarks and local start',
    severity: 'error',
    from: { path: SERVER },
    to: { path: '^(test|bench|tools|local|client)/' },
  },
];

const HYGIENE = [
  { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'no orphans',
    severity: 'error',
    from: { orphan: true, path: '^(src|workflows|activities|local|bench|client/src)/' },
    to: {},
  },
  { name: 'every import is found', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'every package is declared',
    severity: 'error',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'the server runs without development packages',
    severity: 'error',
    from: { path: SERVER },
    to: { dependencyTypes: ['npm-dev', 'npm-optional'], dependencyTypesNot: ['type-only'] },
  },
];

module.exports = {
  forbidden: [...rooms, ...types, ...packages, ...PURE, ...COMPOSITION, ...OUTSIDE_THE_SERVER, ...HYGIENE],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test/histories|client/dist)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'require', 'default'] },
  },
};
