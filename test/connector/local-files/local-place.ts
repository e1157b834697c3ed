import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ContractPlace } from '../contract.js';

export interface LocalPlace extends ContractPlace {
  readonly folder: string;
}

export async function localPlace(): Promise<LocalPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'crossrole-local-'));
  return {
    folder,
    connection: { folderPath: folder },
    async put(key, bytes) {
      const path = join(folder, key);
      await mkdir(dirname(path), { recursive: true });
      const before = await stat(path).catch(() => undefined);
      await writeFile(path, bytes);
      // Coarse clocks of file systems give two writes in a row the same time; a change in real life is not that quick.
      if (before) await utimes(path, new Date(), new Date(before.mtimeMs + 1000));
    },
    remove: (key) => rm(join(folder, key)),
    get: (key) => readFile(join(folder, key)).catch(() => undefined),
    everything: () => readdir(folder, { recursive: true }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
