import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../clock.js';
import { type AuditEntry, openAuditLog } from './audit.js';
import type { BucketConfig, ObjectConfig, SandboxConfig } from './config.js';
import type { SandboxState } from './exchange.js';
import { faultInjector } from './faults.js';
import type { ByteSink } from './http/receive-body.js';
import { instanceMetadata } from './instance-metadata.js';
import { parseKeyArn } from './kms/key.js';
import { createKeyRegistry, type KeyRegistry } from './kms/key-registry.js';
import { createPrincipals } from './principals.js';
import { encryptionHeaders } from './s3/encryption.js';
import { wholeSeconds } from './s3/objects.js';
import { startServer } from './server.js';
import { type Bucket, createBucket, type Encryption } from './store/bucket.js';
import { type PieceFolder, pieceFolder, readPieces } from './store/piece.js';

export type { AuditEntry } from './audit.js';

export interface SandboxOptions {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: a free one. */
  readonly port?: number;
  /** Where objects and the audit log go; it is kept. Default: a fresh folder that `close` removes. */
  readonly directory?: string;
}

/** An object as whoever runs the sandbox sees it, past all authorization. */
export interface SandboxObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** With its quotes, as S3 gives it. */
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  /** By name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface RunningSandbox {
  /** `http://127.0.0.1:PORT`: S3, STS and instance metadata. */
  readonly endpoint: string;
  /** Users' secrets under their configured names, and the endpoints. */
  readonly env: Readonly<Record<string, string>>;
  /** The latest 100,000 requests, oldest first, growing; the file has all. */
  readonly auditLog: readonly AuditEntry[];
  readonly auditLogPath: string;
  /** Puts an object where it is, whoever may. */
  putObject(
    bucket: string,
    key: string,
    bytes: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<void>;
  getObject(bucket: string, key: string): AsyncIterable<Uint8Array>;
  listBuckets(): string[];
  /** In the order of the keys' UTF-8 bytes. */
  listObjects(bucket: string): SandboxObject[];
  openUploads(): { readonly bucket: string; readonly key: string; readonly uploadId: string }[];
  close(): Promise<void>;
}

/** Plays S3, STS and instance metadata on 127.0.0.1 until closed. Rejects with the system's error when the port is taken. */
export async function startSandbox(config: SandboxConfig, options: SandboxOptions = {}): Promise<RunningSandbox> {
  const clock = options.clock ?? systemClock;
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'crossrole-sandbox-')));
  await mkdir(directory, { recursive: true });
  const audit = openAuditLog(join(directory, 'audit.jsonl'));
  const removeFiles = async (): Promise<void> => {
    audit.close();
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
  };
  try {
    const state = stateOf(config, clock, pieceFolder(directory));
    for (const { name, objects } of config.buckets) {
      for (const { key, content } of objects) await store(state, bucketNamed(state, name), key, bytesOf(content));
    }
    const region = config.buckets[0]?.region ?? 'us-east-1';
    const server = await startServer(
      { state, audit, clock, answerMetadata: instanceMetadata(region) },
      options.port ?? 0,
    );
    const close = async (): Promise<void> => {
      await server.close();
      await removeFiles();
    };
    return sandboxOf(state, `http://127.0.0.1:${server.port}`, audit.entries, audit.path, close);
  } catch (error) {
    await removeFiles();
    throw error;
  }
}

/** What `secure-agent sandbox` prints as one JSON line. */
export function describeSandbox({ endpoint, env, auditLogPath }: RunningSandbox) {
  return { s3: endpoint, sts: endpoint, imds: endpoint, env, auditLog: auditLogPath };
}

function stateOf(config: SandboxConfig, clock: Clock, pieces: PieceFolder): SandboxState {
  const keys = createKeyRegistry(config.accounts);
  return {
    principals: createPrincipals(config.accounts),
    buckets: new Map(config.buckets.map((bucket) => [bucket.name, createBucket(bucket, encryptionOf(bucket, keys))])),
    keys,
    pieces,
    sessionTimeScale: config.sessionTimeScale,
    meetFault: faultInjector(config.faults),
    now: () => clock.now() + config.clockOffsetSeconds * 1000,
  };
}

/** The default encryption of a bucket; its key is one of the configuration. */
function encryptionOf({ name, encryption }: BucketConfig, keys: KeyRegistry): Encryption {
  if (!encryption) return { kind: 's3' };
  const keyName = parseKeyArn(encryption.keyArn);
  const key = keyName && keys.find(keyName);
  if (!key) throw new Error(`the key of bucket ${name} is not in the configuration`);
  return { kind: 'kms', algorithm: 'aws:kms', key, bucketKey: encryption.bucketKey };
}

function sandboxOf(
  state: SandboxState,
  endpoint: string,
  auditLog: readonly AuditEntry[],
  auditLogPath: string,
  close: () => Promise<void>,
): RunningSandbox {
  return {
    endpoint,
    env: {
      ...state.principals.secrets,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ENDPOINT_URL_STS: endpoint,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
    },
    auditLog,
    auditLogPath,
    putObject: (bucket, key, bytes) =>
      store(state, bucketNamed(state, bucket), key, bytes instanceof Uint8Array ? [bytes] : bytes),
    getObject: (bucket, key) => contentOf(bucketNamed(state, bucket), key),
    listBuckets: () => [...state.buckets.keys()],
    listObjects(name) {
      const bucket = bucketNamed(state, name);
      return bucket.sortedKeys().flatMap((key) => {
        const object = bucket.get(key);
        if (!object) return [];
        const { size, etag, attributes } = object;
        const headers = { ...attributes.headers, ...encryptionHeaders(attributes.encryption) };
        return [{ key, size, etag, headers, metadata: attributes.metadata }];
      });
    },
    openUploads: () =>
      [...state.buckets.values()].flatMap(({ name, uploads }) =>
        [...uploads.values()].map(({ id, key }) => ({ bucket: name, key, uploadId: id })),
      ),
    close,
  };
}

function bucketNamed({ buckets }: SandboxState, name: string): Bucket {
  const bucket = buckets.get(name);
  if (!bucket) throw new Error(`the sandbox has no bucket ${name}`);
  return bucket;
}

function bytesOf(content: ObjectConfig['content']): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  return content.kind === 'bytes' ? [content.bytes] : createReadStream(content.file);
}

/** Puts an object as its bucket's owner would. */
async function store(
  state: SandboxState,
  bucket: Bucket,
  key: string,
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const { sink, piece } = state.pieces.create();
  const md5 = createHash('md5');
  const room = roomIn(sink);
  try {
    for await (const chunk of bytes) {
      md5.update(chunk);
      if (!sink.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))) await room();
    }
    await sink.finish();
  } catch (error) {
    sink.discard();
    throw error;
  }
  const stored = piece();
  const headers = { 'content-type': 'binary/octet-stream' };
  bucket.put({
    key,
    size: stored.size,
    etag: `"${md5.digest('hex')}"`,
    modified: wholeSeconds(state.now()),
    attributes: { headers, encryption: bucket.encryption, metadata: {}, tags: new Map(), writer: bucket.account },
    checksum: undefined,
    pieces: [stored],
  });
}

/** Waits for a full sink to drain; rejects when it fails instead. */
function roomIn(sink: ByteSink): () => Promise<void> {
  let drained: () => void = () => undefined;
  let failed: (error: Error) => void = () => undefined;
  sink.onDrain(() => drained());
  sink.onError((error) => failed(error));
  return () =>
    new Promise((resolve, reject) => {
      drained = resolve;
      failed = reject;
    });
}

const READ_BYTES = 256 * 1024;

async function* contentOf(bucket: Bucket, key: string): AsyncGenerator<Uint8Array> {
  const object = bucket.get(key);
  if (!object) throw new Error(`the sandbox has no object ${bucket.name}/${key}`);
  const source = readPieces(object.pieces, 0, object.size);
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      const read = await source.read(buffer);
      if (read === 0) return;
      yield buffer.subarray(0, read);
    }
  } finally {
    await source.close();
  }
}
