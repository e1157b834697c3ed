import type { IncomingHttpHeaders } from 'node:http';
import type { ByteSink, ReceivedBody } from '../http/receive-body.js';
import type { Reply } from '../http/reply.js';
import type { KeyRegistry } from '../kms/key-registry.js';
import type { Bucket, Encryption } from '../store/bucket.js';
import type { PieceFolder } from '../store/piece.js';
import { type XmlElements, xmlDocument } from '../xml.js';
import type { BodyPurpose } from './body-terms.js';
import type { KeyAction } from './key-use.js';
import type { OperationName } from './operation.js';

/** An authorized request, as the operations get it. */
export interface S3Request {
  readonly operation: OperationName;
  readonly bucket: Bucket;
  /** Empty for operations on buckets. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  /** The caller's account, undefined for an anonymous one. */
  readonly account: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly pieces: PieceFolder;
  readonly keys: KeyRegistry;
  /** Whether the caller may learn that a key does not exist: s3:ListBucket. */
  mayList(): boolean;
  /** Throws `AccessDenied` unless the caller may use the key of the object, where it has one of KMS. */
  useKey(action: KeyAction, encryption: Encryption): void;
  /** Streams the body into `sink` and checks it. `maximum` in bytes. */
  receive(sink: ByteSink, maximum: number, purpose: BodyPurpose): Promise<ReceivedBody>;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlReply(
  root: string,
  content: XmlElements | string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const bytes = Buffer.from(xmlDocument(root, content, NAMESPACE));
  return { status: 200, headers: { 'Content-Type': 'application/xml', ...headers }, body: { kind: 'bytes', bytes } };
}
