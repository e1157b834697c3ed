/** China and GovCloud: other ARNs, other domains; an ARN is never put together from `aws` and an account. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amazonS3V2Connector } from '../../connector/amazon-s3-v2/connector.js';
import { grant, reply, scriptedService } from '../connector/amazon-s3-v2/scripted-service.js';
import { collect, configured, sideOf, testRun } from '../connector/test-run.js';

for (const [partition, region, domain] of [
  ['aws', 'eu-west-1', 'amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
] as const) {
  test(`roles, policies and accounts of ${partition}`, async () => {
    const service = await scriptedService(({ path }) =>
      path === '/' ? grant(900) : reply(200, '', { 'content-length': '1', etag: '"e"' }),
    );
    try {
      const connector = amazonS3V2Connector({
        AWS_ENDPOINT_URL_S3: service.endpoint,
        AWS_ENDPOINT_URL_STS: service.endpoint,
      });
      const roleArn = `arn:${partition}:iam::111122223333:role/path/reader`;
      const connection = {
        accessKey: 'AKIAUSER',
        secretKey: 'user-secret',
        iamRoleArn: roleArn,
        folderPath: 'landing',
        regionName: region,
      };
      const source = await configured(connector.configureSource(sideOf('a.csv', connection))).open(testRun());
      try {
        assert.equal((await collect(source.list())).length, 1);
      } finally {
        await source.close();
      }
      const [sts, s3] = service.seen;
      const form = new URLSearchParams(sts.body.toString());
      assert.equal(form.get('RoleArn'), roleArn);
      const text = form.get('Policy') ?? '';
      const arns = [...text.matchAll(/arn:([\w-]+):/g)].map(([, named]) => named);
      assert.ok(arns.length >= 2);
      assert.deepEqual([...new Set(arns)], [partition]);
      const policy: { readonly Statement: readonly { readonly Condition?: unknown }[] } = JSON.parse(text);
      const conditions = policy.Statement.map(({ Condition }) => JSON.stringify(Condition));
      assert.ok(conditions.includes(`{"StringEquals":{"kms:ViaService":"s3.${region}.${domain}"}}`));
      assert.equal(s3.headers['x-amz-expected-bucket-owner'], '111122223333');
      assert.match(String(sts.headers.authorization), new RegExp(`/${region}/sts/`));
    } finally {
      await service.close();
    }
  });
}
