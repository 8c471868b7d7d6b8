import { z } from 'zod';
import { VARIABLE_NOTES } from './config-notes.ts';
import { TEMPORAL_VARIABLES, VARIABLES } from './config-variables.ts';

/** One setting as people see it, with code in backquotes. */
export interface ConfigRow {
  readonly name: string;
  readonly defaultText: string;
  readonly meaning: string;
}

/** Every setting of the service: what the README and `--help` list. */
export function describeConfig(): readonly ConfigRow[] {
  return Object.entries(VARIABLES.shape).flatMap(([name, schema]) => {
    const { meaning = '', derivedDefault } = VARIABLE_NOTES.get(schema) ?? {};
    const row = { name, defaultText: derivedDefault ?? defaultText(schema), meaning };
    return name === TEMPORAL_VARIABLES.after ? [row, TEMPORAL_VARIABLES] : [row];
  });
}

function defaultText(schema: z.ZodType): string {
  if (schema instanceof z.ZodPrefault) {
    const text = String(schema.def.defaultValue);
    return text === '' ? 'none' : `\`${text}\``;
  }
  return schema instanceof z.ZodOptional ? 'none' : 'required';
}

/** The settings as a table in Markdown, its columns aligned as Prettier does. */
export function configMarkdown(): string {
  const rows = [
    ['Variable', 'Default', 'Meaning'],
    ...describeConfig().map((row) => [`\`${row.name}\``, row.defaultText, row.meaning]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [heading, ...body] = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return [heading, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

/** The settings as plain text for a terminal of 100 columns. */
export function configHelp(): string {
  return describeConfig()
    .map(({ name, defaultText, meaning }) => {
      const lines = plain(meaning).replace(/(.{1,93})(?: |$)/g, '      $1\n');
      return `  ${name} (${plain(defaultText)})\n${lines}`;
    })
    .join('');
}

const plain = (markdown: string): string => markdown.replaceAll('`', '');
