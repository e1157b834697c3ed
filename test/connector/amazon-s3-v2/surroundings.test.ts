/** Whatever the machine is set up for, a connection works as it says and as nobody else. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../../connector/amazon-s3-v2/storage/client-settings.js';
import { directNetwork } from '../../../connector/amazon-s3-v2/storage/network.js';
import { collect } from '../test-run.js';
import { grant, reply } from './scripted-service.js';
import { role, withScriptedSource } from './scripted-side.js';

const folder = mkdtempSync(join(tmpdir(), 'crossrole-surroundings-'));
after(() => rmSync(folder, { recursive: true }));

const config = join(folder, 'config');
const credentials = join(folder, 'credentials');
const settings = `
region = us-gov-west-1
endpoint_url = http://127.0.0.1:9
services = elsewhere
use_fips_endpoint = true
use_dualstack_endpoint = true
s3_use_arn_region = true
max_attempts = 9
retry_mode = adaptive
defaults_mode = nonsense
ec2_metadata_service_endpoint = http://127.0.0.1:9
sdk_ua_app_id = somebody
request_checksum_calculation = when_required
auth_scheme_preference = httpBearerAuth
`;
writeFileSync(
  config,
  `[default]${settings}[profile ambient]${settings}[services elsewhere]\ns3 =\n  endpoint_url = http://127.0.0.1:9\n`,
);
const keys = '\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = profile-secret\n';
writeFileSync(credentials, `[default]${keys}[ambient]${keys}`);

Object.assign(process.env, {
  AWS_CONFIG_FILE: config,
  AWS_SHARED_CREDENTIALS_FILE: credentials,
  AWS_PROFILE: 'ambient',
  AWS_REGION: 'ap-south-1',
  AWS_ACCESS_KEY_ID: 'AKIAAMBIENT',
  AWS_SECRET_ACCESS_KEY: 'ambient-secret',
  AWS_SESSION_TOKEN: 'ambient-token',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_MAX_ATTEMPTS: '9',
  AWS_RETRY_MODE: 'adaptive',
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_SDK_UA_APP_ID: 'somebody',
  AWS_DISABLE_CLOCK_SKEW_CORRECTION: 'true',
});

it('takes no identity, region, endpoint or behaviour from AWS_* variables and ~/.aws', async () => {
  await withScriptedSource(
    ({ path }) => (path === '/' ? grant(900) : reply(200, '', { 'content-length': '1', etag: '"e"' })),
    { connection: role },
    async (source, { service }) => {
      assert.equal((await collect(source.list())).length, 1);
      const [sts, head] = service.seen.map(({ headers }) => headers);
      assert.match(String(sts.authorization), /Credential=AKIAUSER\/\d+\/eu-west-1\/sts\/aws4_request/);
      assert.equal(sts['x-amz-security-token'], undefined);
      assert.match(String(head.authorization), /Credential=ASIATEST\/\d+\/eu-west-1\/s3\/aws4_request/);
      for (const { headers } of service.seen) assert.doesNotMatch(String(headers['user-agent']), /somebody/);
    },
  );
});

it('lets the SDK correct a clock that is off, whatever a variable says', async () => {
  const client = new STSClient(clientSettings('eu-west-1', undefined, directNetwork));
  const { disableClockSkewCorrection } = client.config;
  assert.equal(await disableClockSkewCorrection?.(), false);
});

for (const [region, s3Host, stsHost] of [
  ['eu-west-1', 'landing.s3.eu-west-1.amazonaws.com', 'sts.eu-west-1.amazonaws.com'],
  ['cn-north-1', 'landing.s3.cn-north-1.amazonaws.com.cn', 'sts.cn-north-1.amazonaws.com.cn'],
  ['us-gov-west-1', 'landing.s3.us-gov-west-1.amazonaws.com', 'sts.us-gov-west-1.amazonaws.com'],
] as const) {
  it(`uses the endpoints that AWS has for ${region}, whatever ~/.aws/config says`, async () => {
    const hosts: string[] = [];
    const settings = {
      ...clientSettings(region, undefined, directNetwork),
      credentials: { accessKeyId: 'A', secretAccessKey: 'S' },
      requestHandler: {
        handle: async ({ hostname }: { readonly hostname: string }) => {
          hosts.push(hostname);
          throw new Error('seen');
        },
      },
    };
    const s3 = new S3Client(settings);
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket: 'landing', Key: 'key' })), /seen/);
    const sts = new STSClient(settings);
    await assert.rejects(sts.send(new AssumeRoleCommand({ RoleArn: 'arn', RoleSessionName: 'name' })), /seen/);
    assert.deepEqual(hosts, [s3Host, stsHost]);
  });
}
