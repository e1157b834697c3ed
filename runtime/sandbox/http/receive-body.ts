import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../service-error.js';
import { type Checksum, type ChecksumAlgorithm, createHasher } from './checksums.js';
import { type ChunkSigner, chunkDecoder } from './chunked-body.js';

/** Where the bytes of a body go. */
export interface ByteSink {
  /** False asks for a pause until `onDrain` is called. Keeps `bytes`. */
  write(bytes: Buffer): boolean;
  /** Called whenever the sink has room again. */
  onDrain(resume: () => void): void;
  onError(failed: (error: Error) => void): void;
  /** Resolves once everything is where it belongs. */
  finish(): Promise<void>;
  /** Throws away what was written. */
  discard(): void;
}

/** How a body is sent, and what it must prove to be. */
export interface BodyTerms {
  readonly framing:
    | { readonly kind: 'plain' }
    /** aws-chunked; the signer is undefined for unsigned chunks, the trailer's checksum for a body without trailer. */
    | {
        readonly kind: 'chunked';
        readonly signer: ChunkSigner | undefined;
        readonly trailer: ChecksumAlgorithm | undefined;
      };
  /** Bytes of data, without the framing. */
  readonly length: number;
  /** Hex, when the signature covers the body. */
  readonly sha256: string | undefined;
  /** The Content-MD5 header, base64. */
  readonly md5: string | undefined;
  readonly checksum: Checksum | undefined;
  readonly computeMd5: boolean;
}

export interface ReceivedBody {
  readonly size: number;
  /** Hex; empty unless asked for. */
  readonly md5: string;
  /** As the client gave it, and found right. */
  readonly checksum: Checksum | undefined;
}

/**
 * Streams a request's body into `sink`, hashing on the way, and checks it against everything the client said of it. What
 * fails a check, or breaks off, is discarded.
 */
export async function receiveBody(request: IncomingMessage, terms: BodyTerms, sink: ByteSink): Promise<ReceivedBody> {
  try {
    const received = await stream(request, terms, sink);
    await sink.finish();
    return received;
  } catch (error) {
    sink.discard();
    throw error;
  }
}

function stream(request: IncomingMessage, terms: BodyTerms, sink: ByteSink): Promise<ReceivedBody> {
  const { framing } = terms;
  const decoder = framing.kind === 'chunked' ? chunkDecoder(framing.signer, framing.trailer !== undefined) : undefined;
  const md5 = terms.computeMd5 || terms.md5 !== undefined ? createHash('md5') : undefined;
  const sha256 = terms.sha256 === undefined ? undefined : createHash('sha256');
  const algorithm = terms.checksum?.algorithm ?? (framing.kind === 'chunked' ? framing.trailer : undefined);
  const checksum = algorithm === undefined ? undefined : createHasher(algorithm);
  let size = 0;

  const data = (bytes: Buffer): void => {
    size += bytes.length;
    if (size > terms.length) throw incomplete();
    md5?.update(bytes);
    sha256?.update(bytes);
    checksum?.update(bytes);
    if (!sink.write(bytes)) request.pause();
  };

  const settle = (): ReceivedBody => {
    const trailers = decoder?.finish();
    if (size !== terms.length) throw incomplete();
    if (sha256 && sha256.digest('hex') !== terms.sha256) {
      throw new ServiceError(
        400,
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    const digest = md5?.digest();
    if (terms.md5 !== undefined && digest?.toString('base64') !== terms.md5) {
      throw new ServiceError(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
    const given =
      terms.checksum?.value ?? (algorithm === undefined ? undefined : trailers?.get(`x-amz-checksum-${algorithm}`));
    if (algorithm !== undefined && checksum) checkDigest(algorithm, given, checksum.digest());
    return {
      size,
      md5: digest?.toString('hex') ?? '',
      checksum: algorithm === undefined || given === undefined ? undefined : { algorithm, value: given },
    };
  };

  return new Promise((resolve, reject) => {
    const stop = (error: unknown): void => {
      request.off('data', onData);
      // The rest is read and thrown away, so that the client gets to see the answer.
      request.resume();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      try {
        if (decoder) decoder.push(chunk, data);
        else data(chunk);
      } catch (error) {
        stop(error);
      }
    };
    sink.onDrain(() => request.resume());
    sink.onError(stop);
    request.on('data', onData);
    request.once('end', () => {
      try {
        resolve(settle());
      } catch (error) {
        reject(error);
      }
    });
    request.once('close', () => reject(incomplete()));
    request.once('error', () => reject(incomplete()));
  });
}

function checkDigest(algorithm: ChecksumAlgorithm, given: string | undefined, actual: string): void {
  if (given === undefined) {
    throw new ServiceError(
      400,
      'MalformedTrailerError',
      'The request contained trailing data that was not well-formed.',
    );
  }
  if (given !== actual) {
    throw new ServiceError(
      400,
      'BadDigest',
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
}

function incomplete(): ServiceError {
  return new ServiceError(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

/** Reads a small body whole. Throws `tooLarge` beyond `maximum` bytes. */
export async function receiveText(
  request: IncomingMessage,
  maximum: number,
  tooLarge: () => ServiceError,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maximum) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
