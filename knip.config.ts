import type { KnipConfig } from 'knip';

export default {
  workspaces: {
    '.': {
      // Workflows are bundled, and some processes run, by their path.
      entry: [
        'src/main.ts',
        'src/temporal/bundle-process.ts',
        'workflows/index.ts',
        'workflows/untrusted-signals.ts',
        'local/*.{ts,cjs}',
        'bench/{main,bare*}.ts',
        'examples/*/worker.ts',
        'test/workflow/record.ts',
        'test/contract/queries.ts',
        'test/contract/main.ts',
        'test/fuzz/main.ts',
        'test/faults/matrix/main.ts',
        'test/support/executor-main.ts',
      ],
      project: ['{src,workflows,activities,local,bench,tools,examples,test}/**/*.{ts,cjs}', '*.config.{ts,js}'],
    },
    client: { entry: ['src/{index,express}.ts', 'examples/*.ts'], project: '{src,examples}/**/*.ts' },
  },
  // A type is worth a name for whoever reads a signature, also where nobody imports it yet.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Of every Unix; and of a Java installation, for the broker of the tests.
  ignoreBinaries: ['mkfifo', 'java', 'mvn'],
  ignoreDependencies: [
    // Not imported: keeps npm from installing a second copy beside that of the Temporal SDK, which breaks replay.
    'protobufjs',
  ],
} satisfies KnipConfig;
