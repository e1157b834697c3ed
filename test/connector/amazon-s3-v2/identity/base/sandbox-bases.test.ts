/** Each base in a sandbox that plays its surroundings: who asked whom for what, as the audit log has it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
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

describe('a base in the sandbox assumes the role, and the role alone works with S3', () => {
  for (const [name, way] of [
    [
      'container-role',
      ['nobody GetCredentials agent-task', 'assumed-role/agent-task/container AssumeRole landing-reader'],
    ],
    ['pod-identity', ['nobody GetCredentials agent-pod', 'assumed-role/agent-pod/container AssumeRole landing-reader']],
    [
      'web-identity',
      ['nobody AssumeRoleWithWebIdentity agent-irsa', `assumed-role/agent-irsa/${session} AssumeRole landing-reader`],
    ],
    ['profile', ['user/mover AssumeRole landing-reader']],
    ['profile-chain', ['user/mover AssumeRole agent', 'assumed-role/agent/etl AssumeRole landing-reader']],
    ['environment', ['user/mover AssumeRole landing-reader']],
  ] as const) {
    it(name, async () => {
      await withFixture(name, async (sandbox, open) => {
        await open(sandbox.env);
        assert.deepEqual(sandbox.auditLog.map(asked), [
          ...way,
          `assumed-role/landing-reader/${session} ListObjectsV2 landing-reader`,
        ]);
        assert.ok(sandbox.auditLog.every(({ status }) => status === 200));
      });
    });
  }

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
