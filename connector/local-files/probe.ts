import { dirname } from 'node:path';
import { type Gate, type ObjectInfo, type ProbeContext, walkGates } from '../../runtime/connector-api.js';
import type { ObjectPattern } from '../object-pattern.js';
import { localFilesError } from './errors.js';
import { statOf } from './file-state.js';
import { listFiles } from './list.js';
import { readFile } from './read.js';
import { beginFile, checkTarget, type IfExists } from './write.js';

/** The folder, the first file that matches, and its first byte. */
export function probeSource(
  folder: string,
  pattern: ObjectPattern,
  { clock, signal }: ProbeContext,
): AsyncIterable<Gate> {
  let first: ObjectInfo | undefined;
  return walkGates(
    [
      {
        gate: 'folder',
        label: `find the folder ${folder}`,
        async pass() {
          if ((await statOf(folder))?.isDirectory()) return { state: 'passed', detail: 'it is there' };
          throw localFilesError('FOLDER_NOT_FOUND', `there is no folder ${folder}`, { object: folder });
        },
      },
      {
        gate: 'list',
        label: 'list what matches',
        async pass() {
          for await (const found of listFiles(folder, pattern)) {
            first = found;
            break;
          }
          return { state: 'passed', detail: first ? `first match: ${first.uri}` : 'allowed; no file matches' };
        },
      },
      {
        gate: 'read',
        label: 'read one byte of the first match',
        async pass() {
          if (!first) return { state: 'skipped', detail: 'no file matches' };
          const range = { start: 0, end: Math.min(1, first.size) };
          for await (const _ of readFile(first, range, signal)) break;
          return { state: 'passed', detail: first.size === 0 ? `${first.uri} is empty` : first.uri };
        },
      },
    ],
    clock,
  );
}

/** The folder of the file, and a hidden file that is begun there and removed again. */
export function probeTarget(
  path: string,
  ifExists: IfExists,
  { clock, run, signal, tryWrite }: ProbeContext,
): AsyncIterable<Gate> {
  const folder = dirname(path);
  return walkGates(
    [
      {
        gate: 'folder',
        label: `find the folder ${folder}`,
        async pass() {
          const isThere = (await statOf(folder)) !== undefined;
          return { state: 'passed', detail: isThere ? 'it is there' : 'a run will create it' };
        },
      },
      {
        gate: 'write',
        label: `begin ${path} under a hidden name and remove it`,
        async pass() {
          if (!tryWrite) return { state: 'skipped', detail: 'left out by --no-write' };
          await checkTarget(path, ifExists);
          const begun = await beginFile(path, `check-${run}`, signal);
          await begun.abort();
          return { state: 'passed', detail: 'begun and removed; nothing was written' };
        },
      },
    ],
    clock,
  );
}
