import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What Node gives to every CommonJS file beside `require`, `module` and `exports`. */
const NODE_GLOBALS = [
  ...['process', 'console', 'Buffer', 'URL', 'fetch', '__dirname', '__filename'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'],
];

const IMPURE_GLOBALS = [
  ...['process', 'performance', 'crypto', 'fetch', 'console'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
];

export default defineConfig(
  globalIgnores(['node_modules/', 'client/dist/', '.data/', 'coverage/', 'test/histories/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // `import { type A }` would still load the module.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Brackets say that the key of a map is meant, and that it may be missing.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // It asks for `!`, which is forbidden.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    name: 'the service logs and does not print',
    files: ['src/**/*.ts', 'workflows/**/*.ts', 'activities/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    name: 'the domain is pure',
    files: ['src/domain/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^[^.]', message: 'The domain imports no package and no module of Node.' }] },
      ],
      'no-restricted-globals': [
        'error',
        ...IMPURE_GLOBALS.map((name) => ({ name, message: 'The domain is pure: hand the value in.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The domain has no clock: hand the time in.' },
        { object: 'Math', property: 'random', message: 'The domain leaves nothing to chance.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: ':matches(NewExpression, CallExpression)[callee.name="Date"][arguments.length=0]',
          message: 'The domain has no clock: hand the time in.',
        },
      ],
    },
  },
  {
    name: 'workflows are deterministic',
    files: ['workflows/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.|@temporalio/(workflow|common)$)',
              message: 'The packages of a workflow are @temporalio/workflow and @temporalio/common.',
            },
            {
              regex: '^\\.\\.?/(\\.\\./)*(src/(?!domain/)|activities/|local/|bench/|test/)',
              message: 'Workflows know the types of src/domain and nothing else of ours.',
            },
            {
              regex: '^\\.\\./(\\.\\./)*src/domain/',
              allowTypeImports: true,
              message: 'A rule of the domain inside a workflow needs a patch with every change: import its types only.',
            },
          ],
        },
      ],
    },
  },
  {
    name: 'the matchers of vitest are of type any',
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])),
    },
  },
);
