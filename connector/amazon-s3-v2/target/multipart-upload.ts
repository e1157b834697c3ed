import type { S3Client } from '@aws-sdk/client-s3';
import { CrossroleError, type RunContext } from '../../../runtime/connector-api.js';
import { uriOf } from '../location.js';
import { withDeadline } from '../storage/retry.js';
import type { S3Requests } from '../storage/s3-requests.js';
import { type ServiceError, serviceError } from '../storage/service-error.js';
import { sharedSignal } from '../storage/shared-signal.js';
import { checksumCrc32 } from './checksum.js';
import { creationParameters, type ObjectSettings } from './object-settings.js';
import { parallelParts } from './part-size.js';
import type { UploadedPart } from './prepared-upload.js';

/** Milliseconds that cleaning up may take when the storage does not answer: somebody waits for the agent to end. */
const cleanUpWithin = 20_000;

/** Parts that arrive late are few: each was under way when the upload was aborted. */
const maximumAborts = 5;

function isGone({ code }: ServiceError): boolean {
  return code === 'NoSuchUpload';
}

/** A multipart upload that is created with its first part. */
export interface MultipartUpload {
  /** Starts a part and resolves once another one may be started; `done` is called when its bytes are no longer needed. */
  send(number: number, bytes: Uint8Array, done: () => void): Promise<void>;
  /** Waits for all parts. */
  finish(): Promise<{ readonly uploadId: string; readonly parts: readonly UploadedPart[] }>;
  /** Ends what is under way and removes the upload; a second call does nothing. Never throws. */
  abort(): Promise<void>;
}

export function multipartUpload(requests: S3Requests, settings: ObjectSettings, run: RunContext): MultipartUpload {
  const { sdk, common, storage } = requests;
  const uri = uriOf(storage.bucket, settings.key);
  const aborting = new AbortController();
  const signal = sharedSignal(run.signal, aborting.signal);
  const underWay = new Set<Promise<void>>();
  const parts: UploadedPart[] = [];
  let creation: Promise<string> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let partsCutOff = false;
  let abortion: Promise<void> | undefined;

  /** Not bound to the run's signal: an upload whose creation is given up could not be aborted, its id being unknown. */
  function create(): Promise<string> {
    return requests.send(
      { operation: 'CreateMultipartUpload', uri, signal: aborting.signal },
      async (client, abortSignal) => {
        const checksum = storage.checksums ? ({ ChecksumAlgorithm: 'CRC32' } as const) : {};
        const command = new sdk.CreateMultipartUploadCommand({
          ...common,
          ...creationParameters(settings),
          ...checksum,
        });
        const { UploadId } = await client.send(command, { abortSignal });
        if (!UploadId) throw new Error('S3 gave no upload id');
        return UploadId;
      },
    );
  }

  async function uploadPart(number: number, bytes: Uint8Array): Promise<void> {
    creation ??= create();
    const UploadId = await creation;
    signal.throwIfAborted();
    const ChecksumCRC32 = storage.checksums ? checksumCrc32(bytes) : undefined;
    const input = {
      ...common,
      Key: settings.key,
      UploadId,
      PartNumber: number,
      Body: bytes,
      ContentLength: bytes.length,
      ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }),
    };
    try {
      const { ETag = '' } = await requests.send(
        { operation: 'UploadPart', uri, bytes: bytes.length, signal },
        (client, abortSignal) => client.send(new sdk.UploadPartCommand(input), { abortSignal }),
      );
      parts.push({ PartNumber: number, ETag, ChecksumCRC32 });
    } finally {
      if (signal.aborted) partsCutOff = true;
    }
  }

  function throwFailure(): void {
    if (failure) throw failure.error;
  }

  /** A request that cleans up. The run's signal has usually fired by now: it must work without it. */
  function cleanUp<T>(
    operation: 'AbortMultipartUpload' | 'ListParts',
    work: (client: S3Client, signal: AbortSignal) => Promise<T>,
    known: (failure: ServiceError) => T | undefined,
  ): Promise<T> {
    const unbound = new AbortController().signal;
    return withDeadline(run.clock, cleanUpWithin, unbound, (signal) =>
      requests.send({ operation, uri, signal }, work, known),
    );
  }

  /** Whether the storage says that it has removed the upload; a failure is a warning. */
  async function removeUpload(UploadId: string): Promise<boolean> {
    const input = { ...common, Key: settings.key, UploadId };
    const remove = async (client: S3Client, abortSignal: AbortSignal): Promise<true> => {
      await client.send(new sdk.AbortMultipartUploadCommand(input), { abortSignal });
      return true;
    };
    try {
      return await cleanUp('AbortMultipartUpload', remove, (failure) => (isGone(failure) ? true : undefined));
    } catch (error) {
      const reason = error instanceof CrossroleError ? error.message : String(error);
      run.warn({
        code: 'ABORT_FAILED',
        message: `the multipart upload ${UploadId} of ${uri} could not be aborted and keeps its parts stored: ${reason}`,
      });
      return false;
    }
  }

  /** What is left of an aborted upload; `unseen` where the storage does not let one look (Ceph refuses once it is gone). */
  async function leftOf(UploadId: string): Promise<'gone' | 'parts' | 'unseen'> {
    const input = { ...common, Key: settings.key, UploadId, MaxParts: 1 };
    const list = async (client: S3Client, abortSignal: AbortSignal): Promise<'gone' | 'parts'> => {
      await client.send(new sdk.ListPartsCommand(input), { abortSignal });
      return 'parts';
    };
    try {
      return await cleanUp('ListParts', list, (failure) => (isGone(failure) ? 'gone' : undefined));
    } catch (error) {
      if (!(error instanceof CrossroleError) && serviceError(error) === undefined) throw error;
      return 'unseen';
    }
  }

  /** The id of the upload, also where its creation is still being answered; undefined where there is none. */
  async function createdId(): Promise<string | undefined> {
    const answered = new AbortController();
    run.clock.sleep(cleanUpWithin, answered.signal).then(
      () => aborting.abort(new Error(`the upload of ${uri} is aborted`)),
      () => {},
    );
    try {
      return await creation;
    } catch {
      return undefined;
    } finally {
      answered.abort();
    }
  }

  async function abort(): Promise<void> {
    const created = await createdId();
    aborting.abort(new Error(`the upload of ${uri} is aborted`));
    await Promise.all(underWay);
    if (created === undefined) return;
    for (let tries = 1; tries <= maximumAborts; tries++) {
      if (!(await removeUpload(created))) return;
      // A part that was cut off may be stored behind the abort (S3 API reference, AbortMultipartUpload).
      const left = partsCutOff ? await leftOf(created) : 'gone';
      if (left === 'gone' || (left === 'unseen' && tries > 1)) return;
    }
    run.warn({
      code: 'ABORT_FAILED',
      message: `the multipart upload ${created} of ${uri} was aborted ${maximumAborts} times and is still there`,
    });
  }

  return {
    async send(number, bytes, done) {
      const part = uploadPart(number, bytes)
        .catch((error) => {
          failure ??= { error };
        })
        .finally(() => {
          done();
          underWay.delete(part);
        });
      underWay.add(part);
      while (underWay.size >= parallelParts(bytes.length)) await Promise.race(underWay);
      throwFailure();
    },
    async finish() {
      throwFailure();
      // A part that failed for good is told at once, not when the slowest of the others has ended.
      while (underWay.size > 0) {
        await Promise.race(underWay);
        throwFailure();
      }
      if (!creation) throw new Error('a multipart upload is finished without a part');
      const uploadId = await creation;
      return { uploadId, parts: parts.toSorted((a, b) => a.PartNumber - b.PartNumber) };
    },
    abort() {
      abortion ??= abort();
      return abortion;
    },
  };
}
