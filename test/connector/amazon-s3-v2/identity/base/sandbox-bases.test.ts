/** Each base in a sandbox that plays its surroundings: who asked whom for what, as the audit log has it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { amazonS3V2Connector } from '../../../../../connector/amazon-s3-v2/connector.js';
import type { PropertyValues } from '../../../../../runtime/connector-api.js';
import { readSandboxConfig } from '../../../../../runtime/sandbox/config.js';
import { type AuditEntry, type RunningSandbox, startSandbox } from '../../../../../runtime/sandbox/sandbox.js';
import { collect, configured, sideOf, testRun } from '../../../test-run.js';

const fixtures = fileURLToPath(new URL('../../../../../../test/fixtures/identity', import.meta.url));

const textOf = (fixture: string, file: string) => readFileSync(join(fixtures, fixture, file), 'utf8');

async function withFixture(
  name: string,
  work: (sandbox: RunningSandbox, open: (environment: NodeJS.ProcessEnv) => Promise<void>) => Promise<void>,
  change: (sandbox: string) => string = (text) => text,
): Promise<void> {
  const file = join(fixtures, name, 'sandbox.json');
  const sandbox = await startSandbox(readSandboxConfig(change(textOf(name, 'sandbox.json')), file));
  const { properties }: { properties: PropertyValues } = JSON.parse(textOf(name, 'connections/landing.json'));
  const open = async (environment: NodeJS.ProcessEnv) => {
    const side = sideOf(
      'orders/*.csv',
      properties,
      { allowWildcardCharacters: true },
      join(fixtures, name, 'connections'),
    );
    const source = await configured(amazonS3V2Connector(environment).configureSource(side)).open(testRun());
    try {
      assert.deepEqual(await collect(source.list()), []);
    } finally {
      await source.close();
    }
  };
  try {
    await work(sandbox, open);
  } finally {
    await sandbox.close();
  }
}

const who = ({ principalArn }: AuditEntry) =>
  principalArn?.replace(/^arn:aws:(iam|sts)::111111111111:/, '') ?? 'nobody';
const asked = (entry: AuditEntry) => {
  const role = entry.params.roleArn ?? entry.roleArn;
  return `${who(entry)} ${entry.operation} ${String(role).split('/').pop()}`;
};

const session = 'contract.side.test-run';

const containerVariables = [
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

const home = mkdtempSync(join(tmpdir(), 'crossrole-hostile-'));
after(() => rmSync(home, { recursive: true }));
const nowhere = 'http://127.0.0.1:9';
const ambient = `region = us-gov-west-1
endpoint_url = ${nowhere}
ec2_metadata_service_endpoint = ${nowhere}
aws_access_key_id = AKIAAMBIENT
aws_secret_access_key = ambient-secret
`;
mkdirSync(join(home, '.aws'));
const sections = (prefix: string) =>
  ['mover', 'root', 'etl']
    .map((name) => `[${prefix}${name}]\n${ambient}\n`)
    .concat(`[default]\n${ambient}`)
    .join('');
writeFileSync(join(home, '.aws/config'), sections('profile '));
writeFileSync(join(home, '.aws/credentials'), sections(''));
writeFileSync(join(home, 'token'), 'ambient-token');

/** Every variable of AWS that the SDK knows, each leading elsewhere. */
const hostile: Readonly<Record<string, string>> = {
  HOME: home,
  USERPROFILE: home,
  AWS_ACCESS_KEY_ID: 'AKIAAMBIENT',
  AWS_SECRET_ACCESS_KEY: 'ambient-secret',
  AWS_SESSION_TOKEN: 'ambient-token',
  AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z',
  AWS_CREDENTIAL_SCOPE: 'us-gov-west-1',
  AWS_ACCOUNT_ID: '999999999999',
  AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
  AWS_PROFILE: 'mover',
  AWS_DEFAULT_PROFILE: 'mover',
  AWS_CONFIG_FILE: join(home, '.aws/config'),
  AWS_SHARED_CREDENTIALS_FILE: join(home, '.aws/credentials'),
  AWS_LOGIN_CACHE_DIRECTORY: home,
  AWS_REGION: 'us-gov-west-1',
  AWS_DEFAULT_REGION: 'us-gov-west-1',
  AWS_SIGV4A_SIGNING_REGION_SET: '*',
  AWS_ENDPOINT_URL: nowhere,
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
  AWS_ENDPOINT_URL_SSO: nowhere,
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_EC2_METADATA_SERVICE_ENDPOINT: nowhere,
  AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_EC2_METADATA_V1_DISABLED: 'false',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/elsewhere',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: nowhere,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: 'ambient-token',
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(home, 'token'),
  AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
  AWS_ROLE_ARN: 'arn:aws:iam::999999999999:role/ambient',
  AWS_ROLE_SESSION_NAME: 'ambient',
  AWS_BEARER_TOKEN_S3: 'ambient-token',
  AWS_AUTH_SCHEME_PREFERENCE: 'httpBearerAuth',
  AWS_MAX_ATTEMPTS: '9',
  AWS_RETRY_MODE: 'adaptive',
  AWS_DEFAULTS_MODE: 'auto',
  AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
  AWS_SDK_UA_APP_ID: 'ambient',
  AWS_S3_USE_ARN_REGION: 'true',
  AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS: 'true',
  AWS_S3_DISABLE_EXPRESS_SESSION_AUTH: 'true',
  AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
  AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
  AWS_DISABLE_CLOCK_SKEW_CORRECTION: 'true',
  AWS_CA_BUNDLE: '/nowhere/bundle.pem',
  HTTP_PROXY: nowhere,
  HTTPS_PROXY: nowhere,
  ALL_PROXY: nowhere,
};
// The SDK itself looks here, not at what the connector is given.
Object.assign(process.env, hostile);

/** Way to the role, and the variables of AWS that the base is found by; docs/surroundings.md lists the same. */
const bases: Readonly<Record<string, { readonly way: readonly string[]; readonly own: readonly string[] }>> = {
  'ec2-role': {
    way: [
      'nobody PutToken null',
      'nobody GetRoleName null',
      'nobody GetRoleCredentials agent-ec2',
      'assumed-role/agent-ec2/i-0123456789abcdef0 AssumeRole landing-reader',
    ],
    own: ['AWS_EC2_METADATA_SERVICE_ENDPOINT'],
  },
  'container-role': {
    way: ['nobody GetCredentials agent-task', 'assumed-role/agent-task/container AssumeRole landing-reader'],
    own: [...containerVariables],
  },
  'pod-identity': {
    way: ['nobody GetCredentials agent-pod', 'assumed-role/agent-pod/container AssumeRole landing-reader'],
    own: [...containerVariables],
  },
  'web-identity': {
    way: [
      'nobody AssumeRoleWithWebIdentity agent-irsa',
      `assumed-role/agent-irsa/${session} AssumeRole landing-reader`,
    ],
    own: ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME'],
  },
  profile: {
    way: ['user/mover AssumeRole landing-reader'],
    own: ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'],
  },
  'profile-chain': {
    way: ['user/mover AssumeRole agent', 'assumed-role/agent/etl AssumeRole landing-reader'],
    own: ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'],
  },
  environment: {
    way: ['user/mover AssumeRole landing-reader'],
    own: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  },
};

/** Named on purpose by every connection that does not name its own. */
const endpointVariables = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_STS'];

describe('a base assumes the role, and the role alone works with S3, whatever else the machine offers', () => {
  for (const [name, { way, own }] of Object.entries(bases)) {
    it(name, async () => {
      await withFixture(name, async (sandbox, open) => {
        const handedOut = Object.entries(sandbox.env).filter(
          ([variable]) => !variable.startsWith('AWS_') || [...own, ...endpointVariables].includes(variable),
        );
        const others = Object.entries(hostile).filter(([variable]) => !own.includes(variable));
        await open({ ...Object.fromEntries(others), ...Object.fromEntries(handedOut) });
        assert.deepEqual(sandbox.auditLog.map(asked), [
          ...way,
          `assumed-role/landing-reader/${session} ListObjectsV2 landing-reader`,
        ]);
        assert.ok(sandbox.auditLog.every(({ status }) => status === 200));
      });
    });
  }

  it('the page of surroundings names every variable that has a say', () => {
    const page = readFileSync(join(fixtures, '../../../docs/surroundings.md'), 'utf8');
    for (const variable of [...endpointVariables, ...Object.values(bases).flatMap(({ own }) => own)]) {
      assert.ok(page.includes(`\`${variable}\``), variable);
    }
  });

  it('nothing secret of a base stands in the audit log', async () => {
    await withFixture('web-identity', async (sandbox, open) => {
      await open(sandbox.env);
      const token = readFileSync(String(sandbox.env.AWS_WEB_IDENTITY_TOKEN_FILE), 'utf8');
      assert.ok(token.length > 100);
      assert.ok(!readFileSync(sandbox.auditLogPath, 'utf8').includes(token));
    });
  });
});

describe('what the sandbox refuses to a base', () => {
  for (const [what, name, change, code] of [
    [
      'a token for another service account',
      'web-identity',
      (text: string) =>
        text.replace('"subject": "system:serviceaccount:etl:mover"', '"subject": "system:serviceaccount:etl:x"'),
      'WEB_IDENTITY_DENIED',
    ],
    [
      'a token for another audience',
      'web-identity',
      (text: string) => text.replace('"issuer"', '"audience": "elsewhere", "issuer"'),
      'WEB_IDENTITY_DENIED',
    ],
    [
      'a role that trusts another provider',
      'web-identity',
      (text: string) => text.replace('oidc-provider/oidc.eks.', 'oidc-provider/other.eks.'),
      'WEB_IDENTITY_DENIED',
    ],
  ] as const) {
    it(what, async () => {
      await withFixture(
        name,
        async (sandbox, open) => {
          await assert.rejects(open(sandbox.env), { code });
          assert.equal(sandbox.auditLog.length, 1);
          assert.equal(sandbox.auditLog[0].status, 403);
        },
        change,
      );
    });
  }

  it('a token that somebody made', async () => {
    await withFixture('web-identity', async (sandbox, open) => {
      const AWS_WEB_IDENTITY_TOKEN_FILE = fileURLToPath(import.meta.url);
      await assert.rejects(open({ ...sandbox.env, AWS_WEB_IDENTITY_TOKEN_FILE }), /BASE_TOKEN_UNUSABLE/);
      const real = readFileSync(String(sandbox.env.AWS_WEB_IDENTITY_TOKEN_FILE), 'utf8');
      const body = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleSessionName: 'me' };
      const RoleArn = String(sandbox.env.AWS_ROLE_ARN);
      const forged = real.replace(/\.[^.]+$/, `.${'A'.repeat(43)}`);
      const answers = await Promise.all(
        [forged, 'nothing', `${real}.more`].map(async (WebIdentityToken) => {
          const form = new URLSearchParams({ ...body, RoleArn, WebIdentityToken });
          return (await fetch(sandbox.endpoint, { method: 'POST', body: form })).text();
        }),
      );
      for (const answer of answers) assert.match(answer, /<Code>InvalidIdentityToken</);
    });
  });

  it('a pod without the token of its file', async () => {
    await withFixture('pod-identity', async (sandbox, open) => {
      const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: _, ...environment } = sandbox.env;
      await assert.rejects(open(environment), { code: 'CONTAINER_CREDENTIALS_REFUSED' });
      assert.deepEqual(
        sandbox.auditLog.map(({ service, status, code }) => [service, status, code]),
        [['container', 401, 'Unauthorized']],
      );
    });
  });

  it('a container where the sandbox has none', async () => {
    await withFixture('container-role', async (sandbox, open) => {
      const none = await startSandbox(readSandboxConfig(textOf('environment', 'sandbox.json'), 'sandbox.json'));
      const uri = String(sandbox.env.AWS_CONTAINER_CREDENTIALS_FULL_URI).replace(sandbox.endpoint, none.endpoint);
      await assert.rejects(open({ ...sandbox.env, AWS_CONTAINER_CREDENTIALS_FULL_URI: uri }), {
        code: 'CONTAINER_CREDENTIALS_REFUSED',
      });
      await none.close();
    });
  });
});

describe('what a base lacks is found before anything is contacted', () => {
  for (const [name, without, code, names] of [
    [
      'container-role',
      ['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
      'BASE_VARIABLES_MISSING',
      /AWS_CONTAINER_CREDENTIALS_FULL_URI/,
    ],
    ['web-identity', ['AWS_ROLE_ARN'], 'BASE_VARIABLES_MISSING', /needs AWS_ROLE_ARN,/],
    ['web-identity', ['AWS_WEB_IDENTITY_TOKEN_FILE'], 'BASE_VARIABLES_MISSING', /AWS_WEB_IDENTITY_TOKEN_FILE/],
    ['environment', ['AWS_SECRET_ACCESS_KEY'], 'BASE_VARIABLES_MISSING', /needs AWS_SECRET_ACCESS_KEY,/],
  ] as const) {
    it(`${name} without ${without}`, async () => {
      await withFixture(name, async (sandbox, open) => {
        const environment = Object.fromEntries(
          Object.entries(sandbox.env).filter(([variable]) => !without.some((missing) => missing === variable)),
        );
        await assert.rejects(open(environment), (error: Error) => {
          assert.match(error.message, new RegExp(code));
          assert.match(error.message, names);
          return true;
        });
        assert.equal(sandbox.auditLog.length, 0);
      });
    });
  }
});
