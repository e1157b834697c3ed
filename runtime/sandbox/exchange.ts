import type { IncomingMessage } from 'node:http';
import type { AuditDraft } from './audit.js';
import type { Delivery, Fault, FaultTarget } from './faults.js';
import type { Reply } from './http/reply.js';
import type { KeyRegistry } from './kms/key-registry.js';
import type { Credentials, PrincipalRegistry } from './principals.js';
import type { ServiceError } from './service-error.js';
import type { RequestHead } from './signature/request-line.js';
import type { Bucket } from './store/bucket.js';
import type { PieceFolder } from './store/piece.js';

/** What the services share. */
export interface SandboxState {
  readonly principals: PrincipalRegistry;
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly keys: KeyRegistry;
  readonly pieces: PieceFolder;
  readonly sessionTimeScale: number;
  meetFault(target: FaultTarget): Fault;
  /** The sandbox's time, milliseconds since the epoch. */
  now(): number;
}

/** A request on its way through a service. */
export interface Exchange {
  readonly message: IncomingMessage;
  readonly head: RequestHead;
  readonly entry: AuditDraft;
  readonly requestId: string;
  /** Lets a client go on that waits for 100 Continue; called before the body is read. */
  acceptBody(): void;
}

export interface Outcome {
  readonly reply: Reply;
  readonly delivery: Delivery;
}

/** Thrown where a fault cuts the connection in place of an answer. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
}

/** How a service words the faults that it answers with an error. */
export interface FaultWording {
  throttled(): ServiceError;
  failed(): ServiceError;
  expired(): ServiceError;
}

/** Throws what a fault puts in the place of the operation, else says how the answer will be delivered. */
export function applyFault(
  state: SandboxState,
  target: FaultTarget,
  credentials: Credentials | undefined,
  wording: FaultWording,
): Delivery {
  const { instead, delivery } = state.meetFault(target);
  switch (instead) {
    case undefined:
      return delivery;
    case 'throttle':
      throw wording.throttled();
    case 'error500':
      throw wording.failed();
    case 'reset':
      throw new ConnectionCut();
    case 'expire':
      // A user's key has no term; only sessions can run out.
      if (credentials?.principal.kind !== 'session') return delivery;
      state.principals.expire(credentials.accessKeyId);
      throw wording.expired();
  }
}

/** Notes whose key signed a request, as soon as that is known. */
export function noteCaller(entry: AuditDraft, accessKeyId: string, credentials: Credentials | undefined): void {
  entry.accessKeyId = accessKeyId;
  if (!credentials) return;
  const { principal } = credentials;
  entry.principalArn = principal.arn;
  if (principal.kind === 'session') {
    entry.sessionName = principal.sessionName;
    entry.roleArn = principal.role.arn;
  }
}
