import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../clock.js';
import { type AuditEntry, auditLog } from './audit.js';
import type { SandboxConfig } from './config.js';
import { faults } from './faults.js';
import { instanceMetadata } from './instance-metadata.js';
import { principals } from './principals.js';
import { answer } from './server.js';
import type { SandboxState } from './state.js';
import { type Bucket, bodyStore, bucket, readBodies } from './store.js';

export interface SandboxOptions {
  readonly clock?: Clock;
  /** Default: a free one. */
  readonly port?: number;
}

/** An object as tests and fixtures see it, without asking anyone's permission. */
export interface SandboxObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RunningSandbox {
  /** `http://127.0.0.1:PORT`, for all three services. */
  readonly endpoint: string;
  /** What a run needs in its environment: endpoints, and the secrets of the users. */
  readonly env: Readonly<Record<string, string>>;
  readonly auditLog: readonly AuditEntry[];
  readonly auditLogPath: string;
  putObject(
    bucketName: string,
    key: string,
    bytes: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void>;
  getObject(bucketName: string, key: string): AsyncIterable<Uint8Array>;
  listBuckets(): string[];
  listObjects(bucketName: string): SandboxObject[];
  openUploads(): { readonly bucket: string; readonly key: string; readonly uploadId: string }[];
  close(): Promise<void>;
}

/** Starts S3, STS and instance metadata on a port of 127.0.0.1; its files live in a folder that `close` removes. */
export async function startSandbox(config: SandboxConfig, options: SandboxOptions = {}): Promise<RunningSandbox> {
  const clock = options.clock ?? systemClock;
  const folder = await mkdtemp(join(tmpdir(), 'crossrole-sandbox-'));
  const store = bodyStore(folder);
  const people = principals(config);
  const state: SandboxState = {
    config,
    principals: people,
    buckets: new Map(config.buckets.map((each) => [each.name, bucket(each)])),
    store,
    metadata: instanceMetadata(config, people),
    faults: faults(config.faults),
    audit: auditLog(join(folder, 'audit.jsonl')),
    clock,
    now: () => clock.now() + config.clockOffsetSeconds * 1000,
  };
  const underWay = new Set<Promise<void>>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request: IncomingMessage, response: ServerResponse) => {
    const answering = answer(state, request, response).finally(() => underWay.delete(answering));
    underWay.add(answering);
  });
  try {
    await listen(server, options.port ?? 0);
  } catch (error) {
    state.audit.close();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const endpoint = `http://127.0.0.1:${portOf(server)}`;
  const bucketNamed = (name: string): Bucket => {
    const found = state.buckets.get(name);
    if (!found) throw new Error(`the sandbox has no bucket ${name}`);
    return found;
  };
  const sandbox: RunningSandbox = {
    endpoint,
    env: {
      ...people.environment,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ENDPOINT_URL_STS: endpoint,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
    },
    auditLog: state.audit.entries,
    auditLogPath: state.audit.path,
    async putObject(bucketName, key, bytes) {
      const into = bucketNamed(bucketName);
      const md5 = createHash('md5');
      const chunks = asyncChunks(bytes);
      const body = await store.write(
        chunks,
        (chunk) => md5.update(chunk),
        () => ({ md5: md5.digest('hex'), checksum: undefined }),
      );
      const replaced = into.objects.get(key);
      into.put({
        key,
        bodies: [body],
        size: body.size,
        etag: body.md5,
        modified: state.now(),
        headers: {},
        owner: into.account,
      });
      if (replaced) await store.drop(replaced.bodies);
    },
    getObject(bucketName, key) {
      const object = bucketNamed(bucketName).objects.get(key);
      if (!object) throw new Error(`the sandbox has no object ${bucketName}/${key}`);
      return readBodies(object.bodies, 0, object.size);
    },
    listBuckets: () => [...state.buckets.keys()],
    listObjects(bucketName) {
      const { objects, sortedKeys } = bucketNamed(bucketName);
      return sortedKeys().flatMap((key) => {
        const object = objects.get(key);
        return object ? [{ key, size: object.size, etag: object.etag, headers: object.headers }] : [];
      });
    },
    openUploads: () =>
      [...state.buckets.values()].flatMap(({ name, uploads }) =>
        [...uploads.values()].map(({ id, key }) => ({ bucket: name, key, uploadId: id })),
      ),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      // Requests that were cut off still have their line to write.
      await Promise.allSettled(underWay);
      state.audit.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const { name, objects } of config.buckets)
    for (const [key, bytes] of objects) await sandbox.putObject(name, key, bytes);
  return sandbox;
}

/** The line that `secure-agent sandbox` prints. */
export function describeSandbox({ endpoint, env, auditLogPath }: RunningSandbox) {
  return { s3: endpoint, sts: endpoint, imds: endpoint, env, auditLog: auditLogPath };
}

async function* asyncChunks(
  bytes: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (bytes instanceof Uint8Array) yield bytes;
  else yield* bytes;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox listens on no port');
  return address.port;
}
