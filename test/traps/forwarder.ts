import { createServer, request } from 'node:http';
import type { TestContext } from 'node:test';

export interface Forwarder {
  readonly endpoint: string;
  /** `METHOD /path` of everything that came this way. */
  readonly seen: readonly string[];
  /** What was answered, as text. */
  readonly answers: readonly string[];
}

/** A second address of a service on loopback, which notes what comes and goes; it ends with the test. */
export async function forwarder(t: TestContext, to: string): Promise<Forwarder> {
  const seen: string[] = [];
  const answers: string[] = [];
  const server = createServer((message, response) => {
    seen.push(`${message.method} ${message.url}`);
    const { method, url, headers } = message;
    const onward = request(new URL(url ?? '/', to), { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => answers.push(Buffer.concat(chunks).toString('latin1')));
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    message.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { endpoint: `http://127.0.0.1:${port}`, seen, answers };
}
