import { closeSync, constants, openSync, readSync } from 'node:fs';

export type FileText =
  | { readonly text: string }
  /** `code` of the system's error, such as ENOENT; EFBIG for a file beyond the limit. */
  | { readonly code: string };

/**
 * The text of a file of the machine that a connection or its base identity names. Neither a pipe nor a device can hold the
 * agent up, nor fill its memory: a pipe that nobody writes to is empty.
 * @param maximum bytes
 */
export function fileText(path: string, maximum: number): FileText {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(maximum + 1);
      let length = 0;
      for (;;) {
        const read = readSync(file, bytes, length, bytes.length - length, null);
        length += read;
        if (length > maximum) return { code: 'EFBIG' };
        if (read === 0) return { text: bytes.toString('utf8', 0, length) };
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
  }
}
