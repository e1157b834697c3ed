import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { AuditEntry } from './audit.js';
import { authenticate } from './authenticate.js';
import { AwsError } from './aws-error.js';
import type { FaultConfig } from './config.js';
import { faultyBody } from './faults.js';
import type { Decision } from './policy/evaluate.js';
import type { Credentials } from './principals.js';
import { bodyChecks, decodeBody } from './request-body.js';
import { operationOf } from './s3/operation.js';
import { errorReply, type Reply } from './s3/reply.js';
import { authorize, perform } from './s3/service.js';
import type { SignedRequest } from './signature.js';
import type { SandboxState } from './state.js';
import type { Bucket } from './store.js';
import { assumeRole, assumeRoleParameters, getCallerIdentity, stsError } from './sts.js';

const MAX_FORM_BYTES = 64 * 1024;
/** CompleteMultipartUpload of 10,000 parts. */
const MAX_XML_BYTES = 2 * 1024 * 1024;

/** What becomes known of a request while it is answered, for the audit log. */
interface Trace {
  service: AuditEntry['service'];
  operation: string;
  credentials: Credentials | undefined;
  bucket: string | undefined;
  key: string | undefined;
  decision: Decision | undefined;
  params: Readonly<Record<string, unknown>> | null;
  code: string | null;
}

/** Answers one request of any of the three services, and writes it to the audit log whatever becomes of it. */
export async function answer(state: SandboxState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const trace: Trace = {
    service: 's3',
    operation: 'Unknown',
    credentials: undefined,
    bucket: undefined,
    key: undefined,
    decision: undefined,
    params: null,
    code: null,
  };
  const id = randomBytes(8).toString('hex').toUpperCase();
  const signed = signedRequest(request);
  let reply: Reply;
  let active: FaultConfig[] = [];
  const meet = (): void => {
    active = state.faults.of({ operation: trace.operation, bucket: trace.bucket, key: trace.key });
    refuseByFault(active, trace, state);
  };
  try {
    if (signed.rawPath.startsWith('/latest/') && request.headers.authorization === undefined) {
      reply = answerMetadata(state, request, signed, trace);
    } else if (request.method === 'POST' && signed.rawPath === '/' && isForm(request)) {
      trace.service = 'sts';
      reply = await answerSts(state, request, signed, trace, id, meet);
    } else reply = await answerS3(state, request, signed, trace, meet);
  } catch (error) {
    const known = error instanceof AwsError ? error : new AwsError('InternalError', 500, String(error));
    trace.code = known.code;
    const head = request.method === 'HEAD';
    reply =
      trace.service === 'sts'
        ? { status: known.status, headers: { 'content-type': 'text/xml' }, body: stsError(known, id) }
        : errorReply(known, signed.rawPath, id, head);
  }
  state.audit.write(entryOf(trace, request, reply.status, state.now()));
  await send(
    response,
    reply,
    active,
    request,
    { 'x-amz-request-id': id, date: new Date(state.now()).toUTCString() },
    state,
  );
}

function entryOf(trace: Trace, request: IncomingMessage, status: number, now: number): AuditEntry {
  const { credentials, decision } = trace;
  return {
    t: new Date(now).toISOString(),
    service: trace.service,
    operation: trace.operation,
    principalArn: credentials?.caller.arn ?? null,
    accessKeyId: credentials?.accessKeyId ?? null,
    sessionName: credentials?.sessionName ?? null,
    roleArn: credentials?.caller.roleArn ?? null,
    bucket: trace.bucket ?? null,
    key: trace.key ?? null,
    range: request.headers.range ?? null,
    status,
    code: trace.code,
    decision: decision ? { gate: decision.gate, statement: decision.statement ?? null } : null,
    params: trace.params,
  };
}

function signedRequest(request: IncomingMessage): SignedRequest {
  const [rawPath, search = ''] = splitOnce(request.url ?? '/', '?');
  const query = search
    .split('&')
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const [name, value = ''] = splitOnce(part, '=');
      return [decode(name), decode(value)];
    });
  return { method: request.method ?? 'GET', rawPath, query, headers: request.headers };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}

function isForm(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}

function refuseByFault(active: readonly FaultConfig[], trace: Trace, state: SandboxState): void {
  for (const { do: kind } of active) {
    if (kind === 'throttle')
      throw trace.service === 'sts'
        ? new AwsError('Throttling', 400, 'Rate exceeded')
        : new AwsError('SlowDown', 503, 'Please reduce your request rate.');
    if (kind === 'error500')
      throw new AwsError(
        trace.service === 'sts' ? 'InternalFailure' : 'InternalError',
        500,
        'We encountered an internal error. Please try again.',
      );
    if (kind === 'expire' && trace.credentials) {
      state.principals.expire(trace.credentials, state.now());
      throw new AwsError('ExpiredToken', trace.service === 'sts' ? 403 : 400, 'The provided token has expired.');
    }
  }
}

function answerMetadata(
  state: SandboxState,
  request: IncomingMessage,
  { rawPath }: SignedRequest,
  trace: Trace,
): Reply {
  trace.service = 'imds';
  const { operation, status, body, credentials } = state.metadata.answer(request, rawPath, state.now());
  trace.operation = operation;
  trace.credentials = credentials;
  return { status, headers: { 'content-type': 'text/plain' }, body };
}

async function answerSts(
  state: SandboxState,
  request: IncomingMessage,
  signed: SignedRequest,
  trace: Trace,
  id: string,
  meet: () => void,
): Promise<Reply> {
  const form = await textOf(request, MAX_FORM_BYTES);
  const parameters = new Map(new URLSearchParams(form));
  trace.operation = parameters.get('Action') ?? 'Unknown';
  if (trace.operation === 'AssumeRole') {
    const { roleArn, sessionName, durationSeconds, externalId, tags, sourceIdentity, policy } =
      assumeRoleParameters(parameters);
    trace.params = {
      roleArn,
      sessionName,
      durationSeconds,
      externalId,
      tags,
      sourceIdentity,
      policy: parsedOrText(policy),
    };
  }
  const { credentials, claimed } = authenticate(signed, 'sts', state.principals, state.now());
  trace.credentials = credentials;
  const hash = bodyChecks({}, { ...claimed, payloadHash: String(signed.headers['x-amz-content-sha256'] ?? '') });
  hash.update(Buffer.from(form));
  hash.finish(new Map());
  meet();
  const sts = {
    parameters,
    credentials,
    context: contextOf(credentials, request, claimed.region, state),
    now: state.now(),
  };
  const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': id };
  const onDecision = (decision: Decision): void => {
    trace.decision = decision;
  };
  switch (trace.operation) {
    case 'AssumeRole':
      return { status: 200, headers, body: assumeRole(sts, state.config, state.principals, onDecision) };
    case 'GetCallerIdentity':
      return { status: 200, headers, body: getCallerIdentity(sts) };
    default:
      throw new AwsError('InvalidAction', 400, `Could not find operation ${trace.operation}`);
  }
}

function parsedOrText(policy: string | undefined): unknown {
  if (policy === undefined) return undefined;
  try {
    return JSON.parse(policy);
  } catch {
    return policy;
  }
}

async function answerS3(
  state: SandboxState,
  request: IncomingMessage,
  signed: SignedRequest,
  trace: Trace,
  meet: () => void,
): Promise<Reply> {
  const { bucketName, key } = addressOf(request, signed.rawPath, state.buckets);
  const query = new Map(signed.query);
  trace.bucket = bucketName;
  trace.key = key;
  trace.params = s3Params(request);
  const operation = operationOf(signed.method, key, query, request.headers);
  trace.operation = operation?.name ?? 'Unknown';
  const { credentials, claimed } = authenticate(signed, 's3', state.principals, state.now());
  trace.credentials = credentials;
  if (!operation) throw new AwsError('NotImplemented', 501, 'The sandbox does not have this operation.');
  meet();
  const bucket = state.buckets.get(bucketName);
  if (!bucket)
    throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: bucketName });
  const context = new Map(contextOf(credentials, request, claimed.region, state));
  for (const name of ['prefix', 'delimiter', 'max-keys']) {
    const value = query.get(name);
    if (value !== undefined && operation.name === 'ListObjectsV2') context.set(`s3:${name}`, [value]);
  }
  for (const name of ['x-amz-acl', 'x-amz-server-side-encryption', 'if-none-match']) {
    const value = request.headers[name];
    if (typeof value === 'string') context.set(`s3:${name}`, [value]);
  }
  const owner = request.headers['x-amz-expected-bucket-owner'];
  const expectedOwner = typeof owner === 'string' ? owner : undefined;
  authorize(
    { operation, bucket, key: key ?? '', credentials, context, expectedOwner, signedRegion: claimed.region },
    (decision) => {
      trace.decision = decision;
    },
  );
  return perform(operation, {
    bucket,
    key: key ?? '',
    query,
    headers: request.headers,
    account: credentials.caller.account,
    now: state.now(),
    store: state.store,
    receive() {
      const checks = bodyChecks(request.headers, claimed);
      const body = decodeBody(request, claimed, credentials.secretKey);
      return state.store.write(body.bytes, checks.update, () => checks.finish(body.trailers));
    },
    text: () => textOf(request, MAX_XML_BYTES),
  });
}

/** Bucket and key, from the path or from the host name; keys are exact code points, never normalized. */
function addressOf(
  request: IncomingMessage,
  rawPath: string,
  buckets: ReadonlyMap<string, Bucket>,
): { bucketName: string; key: string | undefined } {
  const [label] = (request.headers.host ?? '').split('.');
  const path = rawPath.slice(1);
  if (buckets.has(label)) return { bucketName: label, key: path === '' ? undefined : decode(path) };
  const [name, key] = splitOnce(path, '/');
  return { bucketName: decode(name), key: key === undefined || key === '' ? undefined : decode(key) };
}

/** Settings of a request that a test may want to see. */
function s3Params(request: IncomingMessage): Readonly<Record<string, unknown>> {
  const names = {
    expectedBucketOwner: 'x-amz-expected-bucket-owner',
    acl: 'x-amz-acl',
    ifMatch: 'if-match',
    ifNoneMatch: 'if-none-match',
    contentType: 'content-type',
    checksumCrc32: 'x-amz-checksum-crc32',
    contentSha256: 'x-amz-content-sha256',
    run: 'x-amz-meta-crossrole-run',
  } as const;
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, header]) =>
      request.headers[header] === undefined ? [] : [[name, request.headers[header]]],
    ),
  );
}

function contextOf(
  credentials: Credentials,
  request: IncomingMessage,
  region: string,
  state: SandboxState,
): ReadonlyMap<string, readonly string[]> {
  const { caller, userId, tags, sourceIdentity } = credentials;
  const context = new Map<string, readonly string[]>([
    ['aws:principalarn', [caller.roleArn ?? caller.arn]],
    ['aws:principalaccount', [caller.account]],
    ['aws:principaltype', [caller.roleArn === undefined ? 'User' : 'AssumedRole']],
    ['aws:userid', [userId]],
    ['aws:securetransport', ['false']],
    ['aws:sourceip', [request.socket.remoteAddress ?? '127.0.0.1']],
    ['aws:requestedregion', [region]],
    ['aws:currenttime', [new Date(state.now()).toISOString()]],
    ['aws:epochtime', [String(Math.floor(state.now() / 1000))]],
    ['s3:signatureversion', ['AWS4-HMAC-SHA256']],
  ]);
  if (caller.roleArn === undefined) context.set('aws:username', [caller.arn.split('/').at(-1) ?? '']);
  if (sourceIdentity !== undefined) context.set('aws:sourceidentity', [sourceIdentity]);
  for (const [key, value] of Object.entries(tags)) context.set(`aws:principaltag/${key.toLowerCase()}`, [value]);
  return context;
}

async function textOf(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > limit) throw new AwsError('MaxMessageLengthExceeded', 400, 'Your request was too big.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sends the reply, as the faults let it through. A client that goes away ends it. */
async function send(
  response: ServerResponse,
  reply: Reply,
  active: readonly FaultConfig[],
  request: IncomingMessage,
  common: Readonly<Record<string, string>>,
  state: SandboxState,
): Promise<void> {
  const ofBody = active.filter(({ do: kind }) => ['reset', 'truncate', 'stall', 'slow'].includes(kind));
  try {
    // What the client still sends would otherwise be taken for its next request.
    if (!request.complete) request.resume();
    const body = reply.body === undefined ? undefined : bytesOf(reply.body);
    const gone = new Promise((resolve) => response.once('close', resolve));
    response.writeHead(reply.status, { ...common, ...reply.headers, ...lengthOf(reply) });
    if (ofBody.length === 0 && typeof reply.body !== 'object') response.end(reply.body);
    else await pipeline(faultyBody(body ?? bytesOf(''), ofBody, state.clock, gone), response);
  } catch {
    // The client went away, or a fault broke the body off: either way there is nobody to tell.
    response.destroy();
  }
}

function lengthOf({ body }: Reply): Record<string, string> {
  return typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
}

async function* bytesOf(body: string | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (typeof body === 'string') yield Buffer.from(body);
  else yield* body;
}
