import type { PreparedObject } from '../../../runtime/connector-api.js';

export interface UploadedPart {
  readonly PartNumber: number;
  readonly ETag: string;
  /** Base64 of the big-endian CRC32; undefined where the connection sends no checksums. */
  readonly ChecksumCRC32: string | undefined;
}

/** An object whose commit is one request: its bytes, where they are fewer than a part, or its completed parts. */
export type PreparedUpload = PreparedObject &
  (
    | { readonly kind: 'whole'; readonly content: Uint8Array }
    | {
        readonly kind: 'parts';
        readonly uploadId: string;
        readonly parts: readonly UploadedPart[];
      }
  );
