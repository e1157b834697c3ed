import type { PutObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { type CommittedObject, CrossroleError } from '../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../errors.js';
import { uriOf } from '../location.js';
import { isMissingObject, isPreconditionFailed } from '../storage/s3-failure.js';
import type { S3Requests } from '../storage/s3-requests.js';
import { causeOf, isTransient, type ServiceError } from '../storage/service-error.js';
import { checksumCrc32 } from './checksum.js';
import { creationParameters, type ObjectSettings, runMetadata, visibilityCondition } from './object-settings.js';
import type { PreparedUpload } from './prepared-upload.js';

type Outcome = { readonly etag: string } | { readonly unclear: ServiceError };

/**
 * Makes a prepared object visible by one request. An answer that was lost is settled by looking at the object.
 * Throws `TARGET_EXISTS`, `COMMIT_UNKNOWN` and the errors of S3.
 */
export async function commitUpload(
  requests: S3Requests,
  settings: ObjectSettings,
  prepared: PreparedUpload,
): Promise<CommittedObject> {
  const { uri, bytes } = prepared;
  const operation = prepared.kind === 'whole' ? 'PutObject' : 'CompleteMultipartUpload';
  const outcome = await requests.send<Outcome>(
    { operation, uri, bytes: prepared.kind === 'whole' ? bytes : 0, signal: unbound() },
    async (client, abortSignal) => {
      const { ETag = '' } = await makeVisible(requests, settings, prepared, client, abortSignal);
      return { etag: ETag };
    },
    (failure) => (needsLook(failure) ? { unclear: failure } : undefined),
  );
  if ('etag' in outcome) return { uri, bytes, etag: outcome.etag };
  return settle(requests, settings, prepared, outcome.unclear);
}

/** A commit is never given up half-way, not even when the run is cancelled; its tries and deadlines bound it. */
function unbound(): AbortSignal {
  return new AbortController().signal;
}

function makeVisible(
  { sdk, common, storage }: S3Requests,
  settings: ObjectSettings,
  prepared: PreparedUpload,
  client: S3Client,
  abortSignal: AbortSignal,
): Promise<Pick<PutObjectCommandOutput, 'ETag'>> {
  const condition = visibilityCondition(settings);
  switch (prepared.kind) {
    case 'whole': {
      const { content } = prepared;
      const checksum = storage.checksums ? { ChecksumCRC32: checksumCrc32(content) } : {};
      const body = { Body: content, ContentLength: content.length };
      const input = { ...common, ...creationParameters(settings), ...body, ...checksum, ...condition };
      return client.send(new sdk.PutObjectCommand(input), { abortSignal });
    }
    case 'parts': {
      const Parts = prepared.parts.map(({ PartNumber, ETag, ChecksumCRC32 }) => ({
        PartNumber,
        ETag,
        ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }),
      }));
      const upload = { Key: settings.key, UploadId: prepared.uploadId, MultipartUpload: { Parts } };
      return client.send(new sdk.CompleteMultipartUploadCommand({ ...common, ...upload, ...condition }), {
        abortSignal,
      });
    }
  }
}

/**
 * Whether only a look at the object can tell: no answer or "later" to the last try; or an answer that an earlier, unanswered
 * try of ours may have caused: the object exists (412), the upload is gone (404).
 */
function needsLook(failure: ServiceError): boolean {
  return isTransient(failure) || isPreconditionFailed(failure) || failure.code === 'NoSuchUpload';
}

async function settle(
  requests: S3Requests,
  { key, run }: ObjectSettings,
  { uri, bytes }: PreparedUpload,
  failure: ServiceError,
): Promise<CommittedObject> {
  const found = await look(requests, key);
  if (found.kind === 'object' && found.run === run && found.bytes === bytes) return { uri, bytes, etag: found.etag };
  const details = { object: uri, cause: causeOf(failure) };
  if (isPreconditionFailed(failure)) {
    throw amazonS3V2Error('TARGET_EXISTS', `${uri} exists already: it appeared while the run went on`, details);
  }
  if (failure.code === 'NoSuchUpload' && found.kind !== 'unknown') {
    const message = `the upload of ${uri} is gone, and the object was not written: somebody else has aborted it`;
    throw amazonS3V2Error('S3_REQUEST_FAILED', message, details);
  }
  const why = found.kind === 'unknown' ? `, nor could the object be looked at (${found.reason})` : '';
  const message = `it is unknown whether ${uri} was written: no clear answer to its commit (${failure.code})${why}`;
  throw amazonS3V2Error('COMMIT_UNKNOWN', message, details);
}

type Look =
  | { readonly kind: 'object'; readonly run: string | undefined; readonly bytes: number; readonly etag: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What there is under the key now; never throws for a refusal. */
export async function look({ sdk, common, storage, send }: S3Requests, key: string): Promise<Look> {
  try {
    return await send<Look>(
      { operation: 'HeadObject', uri: uriOf(storage.bucket, key), signal: unbound() },
      async (client, abortSignal) => {
        const output = await client.send(new sdk.HeadObjectCommand({ ...common, Key: key }), { abortSignal });
        const { Metadata, ContentLength = 0, ETag = '' } = output;
        return { kind: 'object', run: Metadata?.[runMetadata], bytes: ContentLength, etag: ETag };
      },
      (failure) => (isMissingObject(failure) ? { kind: 'absent' } : undefined),
    );
  } catch (error) {
    if (!(error instanceof CrossroleError)) throw error;
    return { kind: 'unknown', reason: error.message };
  }
}
