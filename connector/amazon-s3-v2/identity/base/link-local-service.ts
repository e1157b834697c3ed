/** The services that a machine or container runtime offers to what runs on it: plain HTTP, never through a proxy. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../../../../runtime/connector-api.js';

/** A service next door answers in milliseconds or not at all. */
const timeout = 2000;
const maximumTries = 3;
const maximumAnswer = 64 * 1024;

export interface LocalAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * The answer, or why there was none: three tries of 2 s each, repeated where the connection or the service fails (HTTP 5xx),
 * with short waits between them. Rejects with the signal's reason when it aborts.
 */
export async function askLocalService(
  url: URL,
  method: 'GET' | 'PUT',
  headers: Readonly<Record<string, string>>,
  clock: Clock,
  signal: AbortSignal,
): Promise<LocalAnswer | { readonly failure: string }> {
  for (let tries = 1; ; tries++) {
    let failure: string;
    try {
      const answer = await exchange(url, method, headers, signal);
      if (answer.status < 500) return answer;
      failure = `HTTP ${answer.status}`;
    } catch (error) {
      signal.throwIfAborted();
      failure = error instanceof Error ? error.message : String(error);
    }
    if (tries === maximumTries) return { failure };
    await clock.sleep(200 * tries, signal);
  }
}

function exchange(
  url: URL,
  method: 'GET' | 'PUT',
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<LocalAnswer> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, timeout, signal, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > maximumAnswer) sent.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** Fields of a JSON object; none where the text is none. */
export function jsonFields(text: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}
