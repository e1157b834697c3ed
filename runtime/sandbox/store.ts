import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BucketConfig } from './config.js';

/** Bytes in a file of the sandbox's folder. */
export interface StoredBody {
  readonly file: string;
  readonly size: number;
  readonly md5: string;
  readonly checksum: readonly [string, string] | undefined;
}

/** An object: its bytes are the bodies in order, so that completing an upload copies nothing. */
export interface StoredObject {
  readonly key: string;
  readonly bodies: readonly StoredBody[];
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modified: number;
  /** Headers to give back: content type, user metadata, encryption. */
  readonly headers: Readonly<Record<string, string>>;
  readonly owner: string;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly owner: string;
  readonly initiated: number;
  readonly parts: Map<number, StoredBody>;
}

export interface Bucket extends Omit<BucketConfig, 'objects'> {
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
  /** Keys in code point order; made anew when keys came or went. */
  sortedKeys(): readonly string[];
  put(object: StoredObject): void;
  remove(key: string): void;
}

export function bucket(config: BucketConfig): Bucket {
  const objects = new Map<string, StoredObject>();
  let sorted: string[] | undefined;
  return {
    ...config,
    objects,
    uploads: new Map(),
    sortedKeys() {
      sorted ??= [...objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      return sorted;
    },
    put(object) {
      if (!objects.has(object.key)) sorted = undefined;
      objects.set(object.key, object);
    },
    remove(key) {
      if (objects.delete(key)) sorted = undefined;
    },
  };
}

/** Writes bodies into files of `folder`, one at a time each. */
export interface BodyStore {
  /** `each` sees every chunk, `finish` tells the digests when all are through; a body that fails leaves no file. */
  write(
    bytes: AsyncIterable<Uint8Array>,
    each: (chunk: Uint8Array) => void,
    finish: () => { readonly md5: string; readonly checksum: StoredBody['checksum'] },
  ): Promise<StoredBody>;
  drop(bodies: readonly StoredBody[]): Promise<void>;
}

export function bodyStore(folder: string): BodyStore {
  let count = 0;
  return {
    async write(bytes, each, finish) {
      const file = join(folder, `body-${count++}`);
      const handle = await open(file, 'wx', 0o600);
      let size = 0;
      try {
        for await (const chunk of bytes) {
          each(chunk);
          await handle.writev([chunk]);
          size += chunk.length;
        }
        const { md5, checksum } = finish();
        return { file, size, md5, checksum };
      } catch (error) {
        await rm(file, { force: true });
        throw error;
      } finally {
        await handle.close();
      }
    },
    async drop(bodies) {
      await Promise.all(bodies.map(({ file }) => rm(file, { force: true })));
    },
  };
}

const READ_BYTES = 256 * 1024;

/** The bytes [start, end) of an object. */
export async function* readBodies(
  bodies: readonly StoredBody[],
  start: number,
  end: number,
): AsyncIterable<Uint8Array> {
  let offset = 0;
  for (const { file, size } of bodies) {
    const from = Math.max(0, start - offset);
    const to = Math.min(size, end - offset);
    if (from < to) yield* createReadStream(file, { start: from, end: to - 1, highWaterMark: READ_BYTES });
    offset += size;
  }
}

/** `md5-of-md5s-N`, the ETag of an object that was uploaded in parts. */
export function multipartEtag(bodies: readonly StoredBody[]): string {
  const digests = Buffer.concat(bodies.map(({ md5 }) => Buffer.from(md5, 'hex')));
  return `${createHash('md5').update(digests).digest('hex')}-${bodies.length}`;
}
