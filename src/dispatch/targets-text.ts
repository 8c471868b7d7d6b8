import { LineCounter, parseDocument, visit } from 'yaml';
import { TargetsFileError } from './targets-file-error.ts';

/**
 * What a targets file says, before anything of it is checked. JSON is read too, since it is YAML.
 * @throws TargetsFileError where it is no YAML, with positions but without a word of the file, which may hold secrets
 */
export function parseTargetsText(file: string, text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problems = [...document.errors, ...document.warnings].map(({ code, pos }) => ({ code, offset: pos[0] }));
  visit(document, {
    // One file of targets needs none, and "*-service" without quotes is one by mistake.
    Alias: (_key, { range }) => {
      problems.push({ code: 'BAD_ALIAS', offset: range?.[0] ?? 0 });
    },
  });
  if (problems.length === 0) return document.toJS();
  throw new TargetsFileError(
    file,
    problems.map(({ code, offset }) => {
      const { line, col } = lines.linePos(offset);
      return {
        path: [],
        text: `line ${line}, column ${col}: ${HINTS[code] ?? code.toLowerCase().replaceAll('_', ' ')}`,
      };
    }),
  );
}

const HINTS: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'a text that begins with "*" has to stand in quotes',
};
