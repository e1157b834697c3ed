/** Creates the buckets of source and target that the variables of `npm run test:interop` name, as their owners. */
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

const variable = (name) => process.env[`CROSSROLE_INTEROP_${name}`];

for (const side of ['SOURCE', 'TARGET']) {
  const client = new S3Client({
    endpoint: variable('S3_ENDPOINT'),
    region: variable('REGION'),
    forcePathStyle: true,
    credentials: {
      accessKeyId: variable(`${side}_OWNER_ACCESS_KEY`),
      secretAccessKey: variable(`${side}_OWNER_SECRET_KEY`),
    },
  });
  await client.send(new CreateBucketCommand({ Bucket: variable(`${side}_BUCKET`) }));
  client.destroy();
}
