import { Readable } from 'node:stream';
import { keyOf } from '../location.js';
import { isMissingObject } from '../storage/s3-failure.js';
import type { S3Requests } from '../storage/s3-requests.js';

export type FirstByte =
  | { readonly kind: 'read' | 'empty'; readonly key: string | undefined }
  | { readonly kind: 'missing' };

/**
 * Reads one byte of an object. `key` is the KMS key that encrypts it. Unlike HEAD, whose answers have no body, a refusal says
 * why. Throws the errors of S3.
 */
export async function firstByte({ sdk, common, storage, send }: S3Requests, uri: string): Promise<FirstByte> {
  const input = { ...common, Key: keyOf(uri, storage.bucket), Range: 'bytes=0-0' };
  return send<FirstByte>(
    { operation: 'GetObject', uri },
    async (client, abortSignal) => {
      const { Body, SSEKMSKeyId } = await client.send(new sdk.GetObjectCommand(input), { abortSignal });
      if (Body instanceof Readable) Body.destroy();
      return { kind: 'read', key: SSEKMSKeyId };
    },
    (failure) => {
      // No first byte: the object is empty, and could be read.
      if (failure.status === 416) return { kind: 'empty', key: undefined };
      return isMissingObject(failure) ? { kind: 'missing' } : undefined;
    },
  );
}
