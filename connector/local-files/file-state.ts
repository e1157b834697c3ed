import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { onPath, systemCode } from './errors.js';

/** What the file system says of a path, links followed; undefined where nothing has that path. */
export function statOf(path: string): Promise<BigIntStats | undefined> {
  return onPath(path, () => stat(path, { bigint: true }).catch(undefinedIfMissing));
}

export function undefinedIfMissing(error: unknown): undefined {
  if (systemCode(error) === 'ENOENT') return undefined;
  throw error;
}

/** Size, nanoseconds of the last change of content, and inode: a file rewritten in place or replaced gets another one. */
export function etagOf({ size, mtimeNs, ino }: BigIntStats): string {
  return `${size}-${mtimeNs}-${ino}`;
}
