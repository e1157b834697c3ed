import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { signBodiesOverHttpOnly } from '../../../connector/amazon-s3-v2/storage/payload-signing.js';

const place = { Bucket: 'bucket', Key: 'key', Body: Buffer.from('bytes') };
const put = (client: S3Client) => client.send(new PutObjectCommand(place));
const uploadPart = (client: S3Client) => client.send(new UploadPartCommand({ ...place, UploadId: 'U', PartNumber: 1 }));

for (const [what, send] of [
  ['an object', put],
  ['a part', uploadPart],
] as const) {
  for (const [protocol, hash] of [
    ['https', /^UNSIGNED-PAYLOAD$/],
    ['http', /^[0-9a-f]{64}$/],
  ] as const) {
    it(`${what} over ${protocol} is signed with ${hash}`, async () => {
      let sent: string | undefined;
      const client = new S3Client({
        region: 'eu-west-1',
        endpoint: `${protocol}://storage.example`,
        credentials: { accessKeyId: 'A', secretAccessKey: 'S' },
        requestHandler: {
          handle: async (request: { readonly headers: Record<string, string> }) => {
            sent = request.headers['x-amz-content-sha256'];
            throw new Error('seen');
          },
        },
      });
      signBodiesOverHttpOnly(client);
      await assert.rejects(send(client), /seen/);
      assert.match(String(sent), hash);
    });
  }
}
