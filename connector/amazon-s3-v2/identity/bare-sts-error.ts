import type { STSClient } from '@aws-sdk/client-sts';

/** Bytes of a refusal that are read; one of AWS has a few hundred. */
const maximumAnswer = 64 * 1024;

/**
 * Lets the SDK understand an STS that refuses in the form of S3: an `<Error>` without the `<ErrorResponse>` of the query
 * protocol around it (Ceph's gateway). The SDK finds neither code nor message in it.
 */
export function readBareErrors(client: STSClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (isRefusal(response)) {
        const text = inErrorResponse(await beginning(response.body));
        Object.assign(response, { body: Buffer.from(text) });
      }
      return result;
    },
    // The last before the wire, so that the SDK's own reading comes after it.
    { step: 'deserialize', priority: 'low', name: 'crossroleBareErrors' },
  );
}

function inErrorResponse(text: string): string {
  if (text.includes('<ErrorResponse')) return text;
  return text.replace(/<Error>.*<\/Error>/s, (error) => `<ErrorResponse>${error}</ErrorResponse>`);
}

function isRefusal(response: unknown): response is { readonly body: AsyncIterable<Uint8Array> } {
  if (typeof response !== 'object' || response === null) return false;
  const status: unknown = Reflect.get(response, 'statusCode');
  const body: unknown = Reflect.get(response, 'body');
  return (
    typeof status === 'number' &&
    status >= 400 &&
    typeof body === 'object' &&
    body !== null &&
    Symbol.asyncIterator in body
  );
}

async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= maximumAnswer) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
