import { type FileHandle, link, mkdir, open, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CommittedObject, ObjectWrite, PreparedObject } from '../../runtime/connector-api.js';
import { localFilesError, onPath, systemCode } from './errors.js';
import { etagOf, statOf, undefinedIfMissing } from './file-state.js';
import { unfinishedPathOf } from './unfinished-file.js';

const bufferBytes = 1024 * 1024;

export type IfExists = 'overwrite' | 'fail';

/** A file that is complete on the disk under a hidden name. */
export interface PreparedFile extends PreparedObject {
  readonly path: string;
  readonly unfinishedPath: string;
}

/** Throws `TARGET_EXISTS` or `NOT_A_FILE` where it is clear before the first row that the file can not be put there. */
export async function checkTarget(path: string, ifExists: IfExists): Promise<void> {
  const found = await statOf(path);
  if (found && !found.isFile()) throw localFilesError('NOT_A_FILE', `${path} is no file`, { object: path });
  if (found && ifExists === 'fail') throw targetExists(path);
}

/** Begins the file of `path` under a hidden name, creating missing folders. */
export async function beginFile(path: string, run: string, signal: AbortSignal): Promise<ObjectWrite<PreparedFile>> {
  const folder = dirname(path);
  const unfinishedPath = unfinishedPathOf(path, run);
  const firstCreated = await onPath(folder, () => mkdir(folder, { recursive: true }));
  const removeCreated = () =>
    firstCreated === undefined ? Promise.resolve() : removeEmptyFolders(folder, firstCreated);
  const file = await onPath(unfinishedPath, () => open(unfinishedPath, 'wx')).catch(async (error) => {
    await removeCreated();
    throw error;
  });
  const output = bufferedOutput(file, unfinishedPath);
  const uri = pathToFileURL(path).href;
  let isOpen = true;

  async function close(): Promise<void> {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
  }

  return {
    uri,
    async write(bytes) {
      signal.throwIfAborted();
      await output.write(bytes);
    },
    async finish() {
      const bytes = await output.flush();
      await onPath(unfinishedPath, async () => {
        await file.sync();
        await close();
      });
      return { uri, bytes, path, unfinishedPath };
    },
    async abort() {
      await output.settle();
      await onPath(unfinishedPath, async () => {
        await close();
        await unlink(unfinishedPath).catch(undefinedIfMissing);
      });
      await removeCreated();
    },
  };
}

/** Makes a prepared file visible in one step; with `fail` it can't replace one that appeared in the meantime. */
export async function commitFile(
  { uri, bytes, path, unfinishedPath }: PreparedFile,
  ifExists: IfExists,
): Promise<CommittedObject> {
  return onPath(path, async () => {
    if (ifExists === 'overwrite') await rename(unfinishedPath, path);
    else await linkInPlace(unfinishedPath, path);
    return { uri, bytes, etag: etagOf(await stat(path, { bigint: true })) };
  });
}

/** `link` fails where the name is taken, which `rename` never does. */
async function linkInPlace(unfinishedPath: string, path: string): Promise<void> {
  try {
    await link(unfinishedPath, path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') throw targetExists(path);
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    throw localFilesError('FILE_SYSTEM_ERROR', `the file system of ${path} has no hard links (${code})`, {
      object: path,
      remedy: 'Set `ifExists` to `overwrite`, or write to a file system with hard links.',
      cause: error,
    });
  }
  await unlink(unfinishedPath);
}

function targetExists(path: string) {
  return localFilesError('TARGET_EXISTS', `${path} exists already`, { object: path });
}

async function removeEmptyFolders(folder: string, first: string): Promise<void> {
  let current = folder;
  while (current.length >= first.length) {
    try {
      await rmdir(current);
    } catch {
      // Somebody else put something into it: it stays.
      return;
    }
    current = dirname(current);
  }
}

/** Two buffers: one takes bytes in while the other one is being written. */
function bufferedOutput(file: FileHandle, path: string) {
  let filling = Buffer.allocUnsafe(bufferBytes);
  let other = Buffer.allocUnsafe(bufferBytes);
  let used = 0;
  let position = 0;
  let writing: Promise<void> = Promise.resolve();

  async function writeOut(): Promise<void> {
    await writing;
    const full = filling.subarray(0, used);
    const start = position;
    writing = onPath(path, () => writeAll(file, full, start));
    // Whoever awaits it next sees the failure; until then it is not an unhandled one.
    writing.catch(() => {});
    position += used;
    used = 0;
    [filling, other] = [other, filling];
  }

  return {
    async write(bytes: Uint8Array): Promise<void> {
      for (let taken = 0; taken < bytes.length; ) {
        const length = Math.min(bytes.length - taken, filling.length - used);
        filling.set(bytes.subarray(taken, taken + length), used);
        used += length;
        taken += length;
        if (used === filling.length) await writeOut();
      }
    },
    /** Resolves with the bytes of the whole file once all are with the operating system. */
    async flush(): Promise<number> {
      if (used > 0) await writeOut();
      await writing;
      return position;
    },
    /** Waits for a write in flight, whatever becomes of it. */
    async settle(): Promise<void> {
      await writing.catch(() => {});
    },
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
}
