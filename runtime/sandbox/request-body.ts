import { createHash, type Hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { AwsError } from './aws-error.js';
import { type ClaimedSignature, chunkSignature, sha256, signingKey } from './signature.js';

/** Checks of a body against what its headers and trailers claim; fed while the body streams by. */
export interface BodyChecks {
  update(bytes: Uint8Array): void;
  /** Throws `BadDigest` or `XAmzContentSHA256Mismatch`; answers MD5 (hex) and the checksum to echo. */
  finish(trailers: ReadonlyMap<string, string>): {
    readonly md5: string;
    readonly checksum: readonly [string, string] | undefined;
  };
}

/** A body chunk by chunk, freed of `aws-chunked` framing; trailers are there when it has ended. */
export interface DecodedBody {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly trailers: ReadonlyMap<string, string>;
}

const checksumNames = ['x-amz-checksum-crc32', 'x-amz-checksum-sha1', 'x-amz-checksum-sha256'] as const;

export function bodyChecks(headers: IncomingHttpHeaders, claimed: ClaimedSignature): BodyChecks {
  const md5 = createHash('md5');
  const wholeHash = /^[0-9a-f]{64}$/.test(claimed.payloadHash) ? createHash('sha256') : undefined;
  const announced = String(headers['x-amz-trailer'] ?? '');
  const unknown = [...Object.keys(headers), announced].find(
    (name) => name.startsWith('x-amz-checksum-') && !isKnown(name) && name !== 'x-amz-checksum-algorithm',
  );
  if (unknown) throw new AwsError('NotImplemented', 501, `the sandbox does not compute ${unknown}`);
  const name = checksumNames.find((known) => known in headers || known === announced);
  const checksum = name && checksumOf(name);
  return {
    update(bytes) {
      md5.update(bytes);
      wholeHash?.update(bytes);
      checksum?.update(bytes);
    },
    finish(trailers) {
      const digest = md5.digest();
      if (wholeHash && wholeHash.digest('hex') !== claimed.payloadHash) {
        throw new AwsError(
          'XAmzContentSHA256Mismatch',
          400,
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
      }
      const contentMd5 = headers['content-md5'];
      if (contentMd5 !== undefined && contentMd5 !== digest.toString('base64')) throw badDigest('Content-MD5');
      if (!name || !checksum) return { md5: digest.toString('hex'), checksum: undefined };
      const value = checksum.digest();
      if (value !== (trailers.get(name) ?? headers[name])) throw badDigest(name);
      return { md5: digest.toString('hex'), checksum: [name, value] };
    },
  };
}

function isKnown(name: string): boolean {
  return checksumNames.some((known) => known === name);
}

function badDigest(what: string): AwsError {
  return new AwsError('BadDigest', 400, `The ${what} you specified did not match what we received.`);
}

function checksumOf(name: (typeof checksumNames)[number]): { update(bytes: Uint8Array): void; digest(): string } {
  if (name === 'x-amz-checksum-crc32') {
    let value = 0;
    return {
      update(bytes) {
        value = crc32(bytes, value);
      },
      digest() {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(value);
        return bytes.toString('base64');
      },
    };
  }
  const hash: Hash = createHash(name === 'x-amz-checksum-sha1' ? 'sha1' : 'sha256');
  return {
    update(bytes) {
      hash.update(bytes);
    },
    digest: () => hash.digest('base64'),
  };
}

/** Takes the framing of a streaming signature off, where there is one, and checks the signature of every chunk that has one. */
export function decodeBody(source: AsyncIterable<Buffer>, claimed: ClaimedSignature, secretKey: string): DecodedBody {
  const trailers = new Map<string, string>();
  if (!claimed.payloadHash.startsWith('STREAMING-')) return { bytes: source, trailers };
  const signed = claimed.payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  return {
    bytes: dechunk(source, trailers, signed ? { claimed, key: signingKey(claimed, secretKey) } : undefined),
    trailers,
  };
}

const MAX_CHUNK_BYTES = 64 * 1024 * 1024;

async function* dechunk(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
  signing: { readonly claimed: ClaimedSignature; readonly key: Buffer } | undefined,
): AsyncIterable<Uint8Array> {
  const input = lineReader(source);
  let previous = signing?.claimed.signature ?? '';
  for (;;) {
    const head = await input.line();
    const [size, extension = ''] = head.split(';');
    const length = Number.parseInt(size, 16);
    if (!/^[0-9a-fA-F]{1,8}$/.test(size) || length > MAX_CHUNK_BYTES) throw incomplete();
    const body = await input.take(length);
    if (signing) {
      const expected = chunkSignature(signing.claimed, signing.key, previous, sha256(body));
      if (extension !== `chunk-signature=${expected}`) {
        throw new AwsError('SignatureDoesNotMatch', 403, 'The signature of a chunk does not match.');
      }
      previous = expected;
    }
    if (length === 0) break;
    if ((await input.line()) !== '') throw incomplete();
    yield body;
  }
  for (let line = await input.line(); line !== ''; line = await input.line()) {
    const colon = line.indexOf(':');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function incomplete(): AwsError {
  return new AwsError('IncompleteBody', 400, 'The request body terminated unexpectedly');
}

const MAX_LINE_BYTES = 4096;

function lineReader(source: AsyncIterable<Buffer>) {
  const iterator = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { done, value } = await iterator.next();
    if (done) return false;
    held = held.length === 0 ? value : Buffer.concat([held, value]);
    return true;
  };
  return {
    /** Up to the next CRLF; at the end of the body the empty line. */
    async line(): Promise<string> {
      for (;;) {
        const end = held.indexOf('\r\n');
        if (end >= 0) {
          const text = held.toString('latin1', 0, end);
          held = held.subarray(end + 2);
          return text;
        }
        if (held.length > MAX_LINE_BYTES) throw incomplete();
        if (!(await more())) return '';
      }
    },
    async take(length: number): Promise<Buffer> {
      while (held.length < length) if (!(await more())) throw incomplete();
      const bytes = held.subarray(0, length);
      held = held.subarray(length);
      return bytes;
    },
  };
}
