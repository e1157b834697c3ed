import type { S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../../../runtime/connector-api.js';
import type { SideFacts } from '../diagnosis/s3-denied.js';
import type { SideSession } from '../identity/side-session.js';
import type { Signer } from '../identity/signer.js';
import { clientSettings } from './client-settings.js';
import type { Network } from './network.js';
import { signBodiesOverHttpOnly } from './payload-signing.js';
import { unlessAborted, withDeadline, withRetries } from './retry.js';
import { isBareRefusal, isExpiredSession, isRefused, isWrongRegion, type S3Attempt, s3Failure } from './s3-failure.js';
import { type ServiceError, serviceError } from './service-error.js';
import { sharedSignal } from './shared-signal.js';

type S3Sdk = typeof import('@aws-sdk/client-s3');

/** Where the objects of a side are. */
export interface Storage {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly network: Network;
  readonly forcePathStyle: boolean;
  readonly checksums: boolean;
  /** Sent with every request, so that a bucket of the same name under another owner is refused. */
  readonly expectedBucketOwner: string | undefined;
}

export interface S3Request {
  readonly operation: string;
  readonly uri: string;
  /** Bytes that the request carries: they take time. */
  readonly bytes?: number;
  /** Instead of the run's signal, for what has to be cleaned up after that has fired. */
  readonly signal?: AbortSignal;
}

/** Sends requests of one side under its session, renewed and repeated where that helps. */
export interface S3Requests {
  readonly sdk: S3Sdk;
  /** Fires with the run's. */
  readonly signal: AbortSignal;
  readonly storage: Storage;
  readonly facts: SideFacts;
  /** Parameters that go with every request. */
  readonly common: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  /**
   * Runs `work`, again where the session had ended (once) or the failure passes. Throws what a person can act on, unless
   * `known` turns the answer into a result.
   */
  send<T>(
    request: S3Request,
    work: (client: S3Client, signal: AbortSignal) => Promise<T>,
    known?: (failure: ServiceError) => T | undefined | Promise<T | undefined>,
  ): Promise<T>;
  close(): void;
}

/** Milliseconds for the headers of an answer, and the slowest upload that is waited for (bytes a millisecond: 64 KB/s). */
const answerWithin = 30_000;
const slowestUpload = 64;

/** Clocks and answers take their time: a refusal so soon after the session's end may be due to that. Milliseconds. */
const endTolerance = 5000;

/** Opens the way to S3. The SDK is loaded here, so that checking a mapping does without it. */
export async function s3Requests(
  storage: Storage,
  session: Pick<SideSession, 'current' | 'replace'>,
  clock: Clock,
  runSignal: AbortSignal,
  facts: SideFacts,
): Promise<S3Requests> {
  const sharedRunSignal = sharedSignal(runSignal);
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    ...clientSettings(storage.region, storage.endpoint, storage.network),
    forcePathStyle: storage.forcePathStyle,
    requestChecksumCalculation: storage.checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    // Ranged reads have no checksum to verify, and verifying whole objects in JavaScript costs more than reading them.
    responseChecksumValidation: 'WHEN_REQUIRED',
    useArnRegion: false,
    disableS3ExpressSessionAuth: true,
    disableMultiregionAccessPoints: true,
    // An expiration in the past makes the client ask for every request: the session holder is the only cache.
    credentials: async () => ({ ...(await session.current()).keys, expiration: new Date(0) }),
  });
  signBodiesOverHttpOnly(client);

  let principal = '';

  async function sendOnce<T>(
    request: S3Request,
    work: (client: S3Client, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signal = request.signal ?? sharedRunSignal;
    const within = answerWithin + (request.bytes ?? 0) / slowestUpload;
    return withDeadline(clock, within, signal, (attemptSignal) => work(client, attemptSignal));
  }

  function hasEnded(failure: ServiceError, { endsAt }: Signer): boolean {
    if (isExpiredSession(failure)) return true;
    if (failure.clockCorrected) return false;
    // HEAD is answered without a body: an expired session is a bare 400 there, as is a wrong region.
    if (isBareRefusal(failure)) return !isWrongRegion(failure, storage.region);
    return isRefused(failure) && endsAt !== undefined && clock.monotonic() >= endsAt - endTolerance;
  }

  /** One refresh and one retry where the answer says, or the time suggests, that the session had ended. */
  async function sendRenewing<T>(
    request: S3Request,
    work: (client: S3Client, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signal = request.signal ?? sharedRunSignal;
    const signer = await unlessAborted(session.current(), signal);
    principal = signer.principal;
    try {
      return await sendOnce(request, work);
    } catch (error) {
      const failure = serviceError(error);
      if (!failure || !hasEnded(failure, signer)) throw error;
      if (!(await unlessAborted(session.replace(signer), signal))) throw error;
      return sendOnce(request, work);
    }
  }

  return {
    sdk,
    signal: sharedRunSignal,
    storage,
    facts,
    common: {
      Bucket: storage.bucket,
      ...(storage.expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: storage.expectedBucketOwner }),
    },
    async send(request, work, known) {
      const signal = request.signal ?? sharedRunSignal;
      try {
        return await withRetries(clock, signal, () => sendRenewing(request, work));
      } catch (error) {
        signal.throwIfAborted();
        const failure = serviceError(error);
        if (!failure) throw error;
        const result = await known?.(failure);
        if (result !== undefined) return result;
        throw s3Failure(failure, attemptOf(request, storage, principal, facts));
      }
    },
    close: () => client.destroy(),
  };
}

function attemptOf({ operation, uri }: S3Request, storage: Storage, principal: string, facts: SideFacts): S3Attempt {
  const { region, expectedBucketOwner, endpoint } = storage;
  return { operation, uri, principal, region, expectedBucketOwner, endpoint, facts };
}
