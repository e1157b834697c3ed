import type { S3Client } from '@aws-sdk/client-s3';

/**
 * Over https the transport already protects the body, so it is signed as UNSIGNED-PAYLOAD (SigV4, S3 API reference);
 * hashing every part with SHA-256 would cost half the speed.
 */
export function signBodiesOverHttpOnly(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const { request } = args;
      const carriesObject = context.commandName === 'UploadPartCommand' || context.commandName === 'PutObjectCommand';
      if (carriesObject && isHttpsRequest(request)) request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', name: 'crossroleUnsignedPayload' },
  );
}

function isHttpsRequest(request: unknown): request is { readonly headers: Record<string, string> } {
  return (
    typeof request === 'object' &&
    request !== null &&
    'headers' in request &&
    'protocol' in request &&
    request.protocol === 'https:'
  );
}
