import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

/** One request as the service got it. */
export interface SeenRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ScriptedService {
  readonly endpoint: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

/** A service on loopback whose answers the test gives one by one: for failures that no well-behaved service has. */
export async function scriptedService(
  answer: (request: SeenRequest, count: number) => Answer,
): Promise<ScriptedService> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk);
    } catch {
      return;
    }
    const { method = '', url = '', headers } = message;
    const request = { method, path: url, headers, body: Buffer.concat(chunks) };
    seen.push(request);
    answer(request, seen.length)(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const reply =
  (status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

/** The connection breaks before any answer. */
export const reset: Answer = (response) => {
  response.socket?.destroy();
};

/** No answer ever. */
export const silence: Answer = () => {};

export const s3Error = (
  status: number,
  code: string,
  message = 'said the script',
  headers: Record<string, string> = {},
) =>
  reply(status, `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>R1</RequestId></Error>`, {
    'content-type': 'application/xml',
    ...headers,
  });

export const stsError = (status: number, code: string, message: string) =>
  reply(
    status,
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>R1</RequestId></ErrorResponse>`,
    { 'content-type': 'text/xml' },
  );

/** Grants a session that ends `seconds` after `date`, by the service's own clock. */
export const grant = (seconds: number, { accessKeyId = 'ASIATEST', date = new Date() } = {}) =>
  reply(
    200,
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/reader/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>session-secret</SecretAccessKey><SessionToken>session-token</SessionToken><Expiration>${new Date(Math.floor(date.getTime() / 1000) * 1000 + seconds * 1000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    { 'content-type': 'text/xml', date: date.toUTCString() },
  );
