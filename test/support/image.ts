import { cp, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../local/settings.ts';

export const readDockerfile = (): Promise<string> => readFile(join(ROOT, 'Dockerfile'), 'utf8');

/** A new folder with what the last stage of the image copies from the repository, beside the packages. */
export async function layOutImage(): Promise<string> {
  const image = await mkdtemp(join(tmpdir(), 'redress-image-'));
  const lastStage = (await readDockerfile()).split(/^FROM /m).at(-1) ?? '';
  for (const [, files = '', to = ''] of lastStage.matchAll(/^COPY (?!--from)(.+) (\S+)$/gm)) {
    for (const file of files.split(' ')) {
      await cp(join(ROOT, file), to.endsWith('/') ? join(image, to, file) : join(image, to), { recursive: true });
    }
  }
  await symlink(join(ROOT, 'node_modules'), join(image, 'node_modules'));
  return image;
}
