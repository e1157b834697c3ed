import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import { type AuditLog, auditDraft, type Service } from './audit.js';
import { CONTAINER_CREDENTIALS_PATH } from './container-credentials.js';
import { ConnectionCut, type Exchange, type Outcome, type SandboxState } from './exchange.js';
import { isNeverSent, sendReply } from './http/reply.js';
import { addressOf } from './s3/address.js';
import { errorReply } from './s3/errors.js';
import { answerS3 } from './s3/service.js';
import { ServiceError } from './service-error.js';
import { parseTarget, type RequestHead } from './signature/request-line.js';
import { answerSts } from './sts/service.js';

export interface Surroundings {
  readonly state: SandboxState;
  readonly audit: AuditLog;
  readonly clock: Clock;
  answerMetadata(state: SandboxState, exchange: Exchange): Outcome;
  answerContainer(state: SandboxState, exchange: Exchange): Outcome;
}

export interface RunningServer {
  readonly port: number;
  /** Breaks every connection and waits until no request is being handled. */
  close(): Promise<void>;
}

/** All services on one port of 127.0.0.1; 0 takes a free one. Rejects with EADDRINUSE and the like. */
export async function startServer(surroundings: Surroundings, port: number): Promise<RunningServer> {
  const pending = new Set<Promise<void>>();
  const onRequest = (waitsForContinue: boolean) => (message: IncomingMessage, response: ServerResponse) => {
    const handled = handle(surroundings, message, response, waitsForContinue).finally(() => pending.delete(handled));
    pending.add(handled);
  };
  // Uploads may take as long as they like.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, onRequest(false));
  server.on('checkContinue', onRequest(true));
  await listen(server, port);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(pending);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

async function handle(
  surroundings: Surroundings,
  message: IncomingMessage,
  response: ServerResponse,
  waitsForContinue: boolean,
): Promise<void> {
  const { state, audit, clock } = surroundings;
  const now = state.now();
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  response.sendDate = false;
  response.setHeader('Date', new Date(now).toUTCString());
  response.setHeader('x-amz-request-id', requestId);
  let waits = waitsForContinue;
  const acceptBody = (): void => {
    if (waits) response.writeContinue();
    waits = false;
  };
  const entry = auditDraft('s3', 'Unknown', now);
  try {
    const { method = '', url = '/', headers, headersDistinct } = message;
    const target = parseTarget(url);
    const head: RequestHead = { method, headers, headersDistinct, ...target };
    entry.service = serviceOf(head);
    const exchange: Exchange = { message, head, entry, requestId, acceptBody };
    const { reply, delivery } = await answer(surroundings, exchange);
    entry.status = isNeverSent(reply, delivery) ? null : reply.status;
    // Before the answer, so that whoever has the answer also finds its entry.
    audit.append(entry);
    // A client that was never told to go on will not send its body on this connection.
    if (waits) response.setHeader('Connection', 'close');
    await sendReply(message, response, reply, delivery, clock);
  } catch (error) {
    if (error instanceof ConnectionCut) {
      audit.append(entry);
      message.socket.resetAndDestroy();
    } else if (error instanceof ServiceError) {
      // The target itself is no URI.
      audit.append({ ...entry, status: error.status, code: error.code });
      await sendReply(
        message,
        response,
        errorReply(error, message.method ?? '', '', requestId),
        { kind: 'whole' },
        clock,
      );
    } else throw error;
  }
}

async function answer({ state, answerMetadata, answerContainer }: Surroundings, exchange: Exchange): Promise<Outcome> {
  switch (exchange.entry.service) {
    case 's3':
      return answerS3(state, exchange);
    case 'sts':
      return answerSts(state, exchange);
    case 'imds':
      return answerMetadata(state, exchange);
    case 'container':
      return answerContainer(state, exchange);
  }
}

/** One port serves all: metadata and container credentials are never signed, STS is a form posted to the root, and the rest is S3. */
function serviceOf(head: RequestHead): Service {
  const { method, path, headers, query } = head;
  const signed = headers.authorization !== undefined || query.some(({ name }) => name === 'X-Amz-Signature');
  if (method === 'GET' && path === CONTAINER_CREDENTIALS_PATH && !headers.authorization?.startsWith('AWS'))
    return 'container';
  if (!signed && path.startsWith('/latest/')) return 'imds';
  return method === 'POST' && path === '/' && addressOf(head).bucket === '' ? 'sts' : 's3';
}
