import { createHash, type Hash } from 'node:crypto';
import { ServiceError } from '../service-error.js';
import { chunkSignature, type Signature, sameSignature, sha256Hex } from '../signature/sigv4.js';

/** What signs the chunks of a body; the seed is the signature of the request's head. */
export interface ChunkSigner {
  readonly key: Buffer;
  readonly signature: Signature;
}

/** Takes an aws-chunked body apart as it arrives. Nothing but the current line is kept. */
export interface ChunkDecoder {
  /** Passes the data in `bytes` on, as views of it. Throws what is wrong with the body. */
  push(bytes: Buffer, data: (bytes: Buffer) => void): void;
  /** The trailing headers, by lower-case name. Throws `IncompleteBody` unless the last chunk was seen. */
  finish(): ReadonlyMap<string, string>;
}

/** Chunk heads and trailers are some hundred bytes. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILERS = 16;
const LF = 10;

type State = 'head' | 'data' | 'data-end' | 'trailer' | 'done';

/**
 * @param signer undefined for STREAMING-UNSIGNED-PAYLOAD-TRAILER
 * @param hasTrailer whether headers may follow the last chunk
 */
export function chunkDecoder(signer: ChunkSigner | undefined, hasTrailer: boolean): ChunkDecoder {
  let state: State = 'head';
  let line = '';
  let left = 0;
  let expected = '';
  let previous = signer?.signature.signature ?? '';
  let hash: Hash | undefined;
  const trailers = new Map<string, string>();

  const endOfChunk = (): void => {
    if (!signer || !hash) return;
    const actual = chunkSignature(signer.key, 'PAYLOAD', signer.signature, previous, hash.digest('hex'));
    if (!sameSignature(actual, expected)) throw mismatch();
    previous = actual;
  };

  const endOfTrailers = (): void => {
    const given = trailers.get('x-amz-trailer-signature');
    trailers.delete('x-amz-trailer-signature');
    if (!signer || !hasTrailer) return;
    const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    const actual = chunkSignature(signer.key, 'TRAILER', signer.signature, previous, sha256Hex(text));
    if (!sameSignature(actual, given ?? '')) throw mismatch();
  };

  const chunkHead = (text: string): void => {
    const [, size, signature] = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(text) ?? [];
    if (size === undefined || (signer !== undefined) !== (signature !== undefined)) throw invalidChunk();
    left = Number.parseInt(size, 16);
    expected = signature ?? '';
    hash = signer ? createHash('sha256') : undefined;
    if (left > 0) state = 'data';
    else {
      endOfChunk();
      state = 'trailer';
    }
  };

  const lineEnd = (text: string): void => {
    switch (state) {
      case 'head':
        chunkHead(text);
        return;
      case 'data-end':
        if (text !== '') throw invalidChunk();
        state = 'head';
        return;
      case 'trailer': {
        if (text === '') {
          endOfTrailers();
          state = 'done';
          return;
        }
        const colon = text.indexOf(':');
        if (colon <= 0 || !hasTrailer || trailers.size >= MAX_TRAILERS) throw invalidChunk();
        trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
        return;
      }
      default:
        throw invalidChunk();
    }
  };

  const readLine = (bytes: Buffer, start: number): number => {
    const end = bytes.indexOf(LF, start);
    line += bytes.toString('latin1', start, end < 0 ? bytes.length : end);
    if (line.length > MAX_LINE_BYTES) throw invalidChunk();
    if (end < 0) return bytes.length;
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    line = '';
    lineEnd(text);
    return end + 1;
  };

  return {
    push(bytes, data) {
      for (let at = 0; at < bytes.length; ) {
        if (state !== 'data') {
          at = readLine(bytes, at);
          continue;
        }
        const part = bytes.subarray(at, at + left);
        hash?.update(part);
        data(part);
        left -= part.length;
        at += part.length;
        if (left === 0) {
          endOfChunk();
          state = 'data-end';
        }
      }
    },
    finish() {
      // A body without trailer may end right after the last chunk's line.
      const ended = state === 'done' || (state === 'trailer' && line === '' && trailers.size === 0 && !hasTrailer);
      if (!ended) throw new ServiceError(400, 'IncompleteBody', 'The request body terminated unexpectedly');
      return trailers;
    },
  };
}

function mismatch(): ServiceError {
  return new ServiceError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

function invalidChunk(): ServiceError {
  return new ServiceError(400, 'InvalidRequest', 'The body is not aws-chunked as its headers say.');
}
