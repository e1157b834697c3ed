import type { BigIntStats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ObjectInfo } from '../../runtime/connector-api.js';
import { compareKeys, type ObjectPattern, segmentsOf } from '../object-pattern.js';
import { localFilesError, onPath } from './errors.js';
import { etagOf, statOf, undefinedIfMissing } from './file-state.js';
import { isUnfinished } from './unfinished-file.js';

/** Folders nested deeper than this are more likely a loop of mounts than data. */
const maxDepth = 128;

/**
 * The regular files below `folder` whose path matches, ordered by the code points of the path with `/` between its
 * segments. Links to files are followed, links to folders are not descended into, unfinished files of running targets are
 * left out. Throws `FOLDER_NOT_FOUND`, `NOT_A_FILE` where the pattern is one path and that is no file, and file system errors.
 */
export async function* listFiles(folder: string, pattern: ObjectPattern): AsyncIterable<ObjectInfo> {
  await checkFolder(folder);
  if (!pattern.hasWildcards) {
    const path = join(folder, pattern.prefix);
    const found = await statOf(path);
    if (!found) return;
    if (!found.isFile()) throw localFilesError('NOT_A_FILE', `${path} is no file`, { object: path });
    yield objectInfo(path, found);
    return;
  }
  const start = pattern.prefix.slice(0, pattern.prefix.lastIndexOf('/') + 1);
  for await (const key of keysBelow(folder, start, pattern, 0)) {
    if (!pattern.matches(key)) continue;
    const path = join(folder, key);
    const found = await statOf(path);
    if (found?.isFile()) yield objectInfo(path, found);
  }
}

/** Depth first; a folder sorts as its name and `/`, which makes the paths come out in key order. */
async function* keysBelow(
  folder: string,
  directory: string,
  pattern: ObjectPattern,
  depth: number,
): AsyncIterable<string> {
  if (depth > maxDepth) {
    const path = join(folder, directory);
    throw localFilesError('FILE_SYSTEM_ERROR', `folders are nested more than ${maxDepth} deep at ${path}`, {
      object: path,
    });
  }
  const entries = await entriesOf(join(folder, directory));
  const keys = entries
    .filter((entry) => entry.isDirectory() || ((entry.isFile() || entry.isSymbolicLink()) && !isUnfinished(entry.name)))
    .map((entry) => directory + entry.name + (entry.isDirectory() ? '/' : ''))
    .filter((key) => mayLeadTo(key, pattern))
    .sort(compareKeys);
  for (const key of keys) {
    if (key.endsWith('/')) yield* keysBelow(folder, key, pattern, depth + 1);
    else yield key;
  }
}

/** False for folders that hold no match however deep one looks, and for files with another beginning. */
function mayLeadTo(key: string, { prefix, segments }: ObjectPattern): boolean {
  if (!key.startsWith(prefix) && !prefix.startsWith(key)) return false;
  return segments === undefined || segmentsOf(key) <= segments;
}

async function checkFolder(folder: string): Promise<void> {
  const found = await statOf(folder);
  if (!found) throw localFilesError('FOLDER_NOT_FOUND', `the folder ${folder} does not exist`, { object: folder });
  if (!found.isDirectory()) throw localFilesError('FOLDER_NOT_FOUND', `${folder} is no folder`, { object: folder });
}

async function entriesOf(path: string) {
  return (await onPath(path, () => readdir(path, { withFileTypes: true }).catch(undefinedIfMissing))) ?? [];
}

function objectInfo(path: string, found: BigIntStats): ObjectInfo {
  return { uri: pathToFileURL(path).href, size: Number(found.size), etag: etagOf(found), modified: found.mtime };
}
