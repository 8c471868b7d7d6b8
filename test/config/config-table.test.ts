import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { configHelp, configMarkdown, describeConfig } from '../../src/config-table.ts';

const README = new URL('../../README.md', import.meta.url);

test('every variable has a default and a meaning', () => {
  for (const row of describeConfig()) {
    expect(row.defaultText, row.name).toMatch(/^(`.+`|none|required)/);
    expect(row.meaning, row.name).toMatch(/^.{10,}\.$/);
  }
});

test('the table shows defaults as they are read', () => {
  const defaults = Object.fromEntries(describeConfig().map(({ name, defaultText }) => [name, defaultText]));
  expect(defaults).toMatchObject({
    PORT: '`8080`',
    DATABASE_URL: 'required',
    ROLES: '`api,worker`',
    PUBLIC_URL: '`ADVERTISED_URL`',
    WAIT_HOSTS: 'none',
    TARGETS_FILE: 'none',
  });
});

test('the help lists every variable with its whole meaning, in lines that fit a terminal', () => {
  const lines = configHelp().split('\n');
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
  for (const { name, meaning } of describeConfig()) {
    expect(configHelp()).toContain(`  ${name} (`);
    expect(lines.map((line) => line.trim()).join(' ')).toContain(meaning.replaceAll('`', ''));
  }
});

test('the table is formatted as Prettier would', async () => {
  const options = await resolveConfig(README, { editorconfig: false });
  expect(await format(configMarkdown(), { ...options, parser: 'markdown' })).toBe(`${configMarkdown()}\n`);
});

test('the README lists the settings as they are', async () => {
  const readme = await readFile(README, 'utf8');
  const table = /<!-- configuration -->\n+([^]*?)\n+<!-- \/configuration -->/.exec(readme)?.[1];
  expect(table, 'paste the output of configMarkdown() between the markers').toBe(configMarkdown());
});
