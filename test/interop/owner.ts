import type { TestContext } from 'node:test';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { AccessKey, Place, Servers } from './servers.js';

/** The owner of a bucket: stores the input of a test, and sees what a run has left there. Keys stand below `folder`. */
export interface Owner {
  put(key: string, content: string | Uint8Array): Promise<void>;
  get(key: string): Promise<Buffer>;
  keys(): Promise<string[]>;
  /** Keys of the multipart uploads that are open. */
  uploads(): Promise<string[]>;
}

/** A client of the test itself, with the given keys. */
export function clientOf({ s3Endpoint, region }: Servers, credentials: AccessKey): S3Client {
  return new S3Client({
    endpoint: s3Endpoint,
    region,
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/** Acts below one prefix; whatever is left there is removed after the test. */
export function ownerOf(t: TestContext, servers: Servers, { bucket: Bucket, owner }: Place, folder: string): Owner {
  const client = clientOf(servers, owner);

  async function listed(): Promise<string[]> {
    const keys: string[] = [];
    for (let ContinuationToken: string | undefined; ; ) {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix: folder,
          EncodingType: 'url',
          ...(ContinuationToken ? { ContinuationToken } : {}),
        }),
      );
      for (const { Key = '' } of page.Contents ?? []) keys.push(decodeURIComponent(Key.replaceAll('+', ' ')));
      ContinuationToken = page.NextContinuationToken;
      if (!ContinuationToken) return keys;
    }
  }

  async function openUploads() {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: folder }));
    return Uploads;
  }

  t.after(async () => {
    for (const { Key, UploadId } of await openUploads()) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
    await eightAtATime(await listed(), (Key) => client.send(new DeleteObjectCommand({ Bucket, Key })));
    client.destroy();
  });

  return {
    async put(key, content) {
      await client.send(new PutObjectCommand({ Bucket, Key: folder + key, Body: content }));
    },
    async get(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: folder + key }));
      if (!Body) throw new Error(`${key} has no body`);
      return Buffer.from(await Body.transformToByteArray());
    },
    keys: async () => (await listed()).map((key) => key.slice(folder.length)),
    uploads: async () => (await openUploads()).map(({ Key = '' }) => Key.slice(folder.length)),
  };
}

/** Works through many small requests without waiting for each. */
export async function eightAtATime<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
