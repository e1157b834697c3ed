import { type FileHandle, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ByteRange, ObjectInfo } from '../../runtime/connector-api.js';
import { localFilesError, onPath, systemCode } from './errors.js';
import { etagOf } from './file-state.js';

/** Large enough that the cost of a system call vanishes, small enough to stay in a processor's cache. */
const chunkBytes = 1024 * 1024;

/**
 * The bytes of a range, in chunks of up to 1 MiB; a chunk is overwritten once the next one is asked for. The next chunk is
 * read while the caller works on the one it has. Throws `SOURCE_OBJECT_CHANGED` and `SOURCE_OBJECT_GONE`, checked before the
 * first and after the last byte.
 */
export async function* readFile(object: ObjectInfo, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const path = fileURLToPath(object.uri);
  const file = await openFile(path);
  let reading: Promise<number> | undefined;
  try {
    await checkUnchanged(file, path, object);
    const bytes = Math.min(chunkBytes, range.end - range.start);
    let buffer = Buffer.allocUnsafe(bytes);
    let nextBuffer = Buffer.allocUnsafe(bytes);
    let position = range.start;
    reading = readAhead(file, path, buffer, position, range.end);
    while (position < range.end) {
      signal.throwIfAborted();
      const length = await reading;
      if (length === 0) throw changed(path);
      position += length;
      reading = readAhead(file, path, nextBuffer, position, range.end);
      yield buffer.subarray(0, length);
      [buffer, nextBuffer] = [nextBuffer, buffer];
    }
    await checkUnchanged(file, path, object);
  } finally {
    await reading?.catch(() => {});
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  return onPath(path, async () => {
    try {
      return await open(path, 'r');
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      throw localFilesError('SOURCE_OBJECT_GONE', `${path} was deleted after it had been listed`, { object: path });
    }
  });
}

function readAhead(file: FileHandle, path: string, into: Buffer, position: number, end: number): Promise<number> {
  const length = Math.min(into.length, end - position);
  if (length === 0) return Promise.resolve(0);
  const reading = onPath(path, async () => (await file.read(into, 0, length, position)).bytesRead);
  // Whoever awaits it sees the failure; until then it is not an unhandled one.
  reading.catch(() => {});
  return reading;
}

async function checkUnchanged(file: FileHandle, path: string, object: ObjectInfo): Promise<void> {
  const now = await onPath(path, () => file.stat({ bigint: true }));
  if (etagOf(now) !== object.etag) throw changed(path);
}

function changed(path: string) {
  return localFilesError('SOURCE_OBJECT_CHANGED', `${path} changed after it had been listed`, { object: path });
}
