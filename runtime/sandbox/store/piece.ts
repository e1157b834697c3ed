import { createWriteStream } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSink } from '../http/receive-body.js';
import type { ByteSource } from '../http/reply.js';
import { ServiceError } from '../service-error.js';

/** Bytes in a file of their own. Objects refer to pieces: a completed upload copies nothing. */
export interface Piece {
  readonly path: string;
  readonly size: number;
  /** How many objects, uploads and transfers need the file; it is removed with the last. */
  holders: number;
}

const WRITE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Makes files for pieces, in one folder. */
export interface PieceFolder {
  /** A sink that becomes a piece, held once. */
  create(): { readonly sink: ByteSink; readonly piece: () => Piece };
}

export function pieceFolder(directory: string): PieceFolder {
  let count = 0;
  return {
    create() {
      const path = join(directory, `piece-${++count}`);
      const file = createWriteStream(path, { highWaterMark: WRITE_BUFFER_BYTES, flags: 'wx', mode: 0o600 });
      const errors: ((error: Error) => void)[] = [];
      file.on('error', (error) => {
        const failure = new ServiceError(500, 'InternalError', `The sandbox can not store the body: ${error.message}`);
        for (const failed of errors) failed(failure);
      });
      let size = 0;
      const sink: ByteSink = {
        write(bytes) {
          size += bytes.length;
          return file.write(bytes);
        },
        onDrain: (resume) => void file.on('drain', resume),
        onError: (failed) => void errors.push(failed),
        finish: () =>
          new Promise((resolve, reject) => {
            errors.push(reject);
            file.end(() => resolve());
          }),
        discard() {
          file.destroy();
          file.once('close', () => remove(path));
        },
      };
      return { sink, piece: () => ({ path, size, holders: 1 }) };
    },
  };
}

export function hold(piece: Piece): Piece {
  piece.holders++;
  return piece;
}

export function release(piece: Piece): void {
  piece.holders--;
  if (piece.holders === 0) remove(piece.path);
}

/** The folder as a whole goes when the sandbox closes, so a file that is gone already is none of our business. */
function remove(path: string): void {
  unlink(path).catch(() => undefined);
}

/** Reads bytes `start` to `end` (exclusive) of pieces laid end to end. Holds them until closed. */
export function readPieces(pieces: readonly Piece[], start: number, end: number): ByteSource {
  const held = pieces.map(hold);
  let index = 0;
  let offset = start;
  let left = end - start;
  let file: FileHandle | undefined;

  const nextFile = async (): Promise<FileHandle> => {
    while (offset >= held[index].size) {
      offset -= held[index].size;
      index++;
      await file?.close();
      file = undefined;
    }
    file ??= await open(held[index].path, 'r');
    return file;
  };

  return {
    async read(buffer) {
      if (left === 0) return 0;
      const current = await nextFile();
      const wanted = Math.min(buffer.length, left, held[index].size - offset);
      const { bytesRead } = await current.read(buffer, 0, wanted, offset);
      offset += bytesRead;
      left -= bytesRead;
      return bytesRead;
    },
    async close() {
      await file?.close();
      file = undefined;
      for (const piece of held.splice(0)) release(piece);
    },
  };
}
