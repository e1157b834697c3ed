import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from '../aws-error.js';
import type { BodyStore, Bucket, StoredBody, StoredObject } from '../store.js';
import { type XmlElements, xmlDocument } from '../xml.js';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<Uint8Array> | undefined;
}

/** What a handler is given: the request is authorized by then. */
export interface S3Request {
  readonly bucket: Bucket;
  /** Empty for operations on buckets. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  /** The account of the caller. */
  readonly account: string;
  readonly now: number;
  readonly store: BodyStore;
  /** Stores the request's body and checks its digests. */
  receive(): Promise<StoredBody>;
  /** The request's body as text, bounded. */
  text(): Promise<string>;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlReply(root: string, content: XmlElements, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: xmlDocument(root, content, NAMESPACE),
  };
}

export function errorReply(error: AwsError, resource: string, requestId: string, head: boolean): Reply {
  const headers = Object.fromEntries(Object.entries(error.details).filter(([name]) => name.startsWith('x-')));
  const elements = Object.fromEntries(Object.entries(error.details).filter(([name]) => !name.startsWith('x-')));
  const body = xmlDocument('Error', {
    Code: error.code,
    Message: error.message,
    ...elements,
    Resource: resource,
    RequestId: requestId,
  });
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: head || error.status === 304 ? undefined : body,
  };
}

/** Headers of an upload that an object keeps. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept =
    /^(content-type|content-encoding|content-disposition|cache-control|x-amz-meta-.+|x-amz-server-side-encryption.*)$/;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && kept.test(name) ? [[name, value]] : [],
    ),
  );
}

export function objectHeaders(object: StoredObject): Record<string, string> {
  return {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modified).toUTCString(),
    'accept-ranges': 'bytes',
  };
}
