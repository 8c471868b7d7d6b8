import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROUTES, describeApi } from '../src/http/index.ts';

const FILE = fileURLToPath(new URL('../openapi.json', import.meta.url));
const [option, ...more] = process.argv.slice(2);

if (more.length > 0 || (option !== undefined && option !== '--check')) {
  console.error('usage: node tools/openapi.ts [--check]');
  process.exitCode = 2;
} else {
  const document = `${JSON.stringify(describeApi(ROUTES), null, 2)}\n`;
  if (option === undefined) writeFileSync(FILE, document);
  else if (readCommitted() !== document) {
    console.error('openapi.json is not what the routes say. Run `npm run openapi`, look at the difference, commit it.');
    process.exitCode = 1;
  }
}

function readCommitted(): string | null {
  try {
    return readFileSync(FILE, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
