import type { TestContext } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '../../../runtime/clock.js';
import { readSandboxConfig } from '../../../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../../../runtime/sandbox/sandbox.js';

export const ownAccount = '111111111111';
export const otherAccount = '222222222222';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SmallAws {
  readonly sandbox: RunningSandbox;
  /** The long-term keys of a user of the configuration, by the variable of its secret. */
  userKeys(accessKeyId: string, secretKeyEnv: string): Keys;
  s3(keys: Keys, region?: string): S3Client;
  sts(keys: Keys): STSClient;
  assume(
    keys: Keys,
    input: Partial<AssumeRoleCommandInput> & { RoleArn: string },
  ): Promise<Keys & { readonly expiration: Date }>;
}

export function policy(...statements: readonly object[]) {
  return { Version: '2012-10-17', Statement: statements };
}

export function allow(action: string | readonly string[], resource: string | readonly string[], rest: object = {}) {
  return { Effect: 'Allow', Action: action, Resource: resource, ...rest };
}

export function deny(action: string, resource: string, rest: object = {}) {
  return { Effect: 'Deny', Action: action, Resource: resource, ...rest };
}

export function trusting(principal: string | readonly string[], condition?: object) {
  const Condition = condition === undefined ? {} : { Condition: condition };
  return policy({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole', ...Condition });
}

/** Real AWS clients against a sandbox that ends with its test. */
export async function smallAws(t: TestContext, config: object, clock?: Clock): Promise<SmallAws> {
  const sandbox = await startSandbox(readSandboxConfig(JSON.stringify(config), 'sandbox.json'), clock ? { clock } : {});
  const clients: { destroy(): void }[] = [];
  t.after(async () => {
    for (const client of clients) client.destroy();
    await sandbox.close();
  });
  const common = (credentials: Keys) => ({ endpoint: sandbox.endpoint, credentials, maxAttempts: 1 });
  const sts = (keys: Keys): STSClient => {
    const client = new STSClient({ ...common(keys), region: 'eu-west-1' });
    clients.push(client);
    return client;
  };
  return {
    sandbox,
    userKeys: (accessKeyId, secretKeyEnv) => ({ accessKeyId, secretAccessKey: sandbox.env[secretKeyEnv] }),
    s3(keys, region = 'eu-west-1') {
      const client = new S3Client({ ...common(keys), region, forcePathStyle: true });
      clients.push(client);
      return client;
    },
    sts,
    async assume(keys, input) {
      const answer = await sts(keys).send(new AssumeRoleCommand({ RoleSessionName: 'session', ...input }));
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
        throw new Error('no credentials were granted');
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        expiration: Expiration,
      };
    },
  };
}

/** A user that may do anything in its own account's bucket `data`. */
export function ownerConfig(more: object = {}) {
  return {
    accounts: {
      [ownAccount]: {
        users: {
          owner: { accessKeyId: 'AKIAOWNER', secretKeyEnv: 'OWNER_SECRET', policies: [policy(allow('s3:*', '*'))] },
        },
      },
    },
    buckets: { data: { account: ownAccount, region: 'eu-west-1' } },
    ...more,
  };
}

/** The keys of the instance's role, as an SDK on the instance would get them. */
export async function instanceKeys({ sandbox }: SmallAws, role: string): Promise<Keys> {
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (await fetch(`${sandbox.endpoint}/latest/api/token`, { method: 'PUT', headers: ttl })).text();
  const url = `${sandbox.endpoint}/latest/meta-data/iam/security-credentials/${role}`;
  const found: unknown = await (await fetch(url, { headers: { 'x-aws-ec2-metadata-token': token } })).json();
  const { Code, AccessKeyId, SecretAccessKey, Token } = Object(found);
  if (Code !== 'Success') throw new Error(`instance metadata answered ${JSON.stringify(Code)}`);
  return { accessKeyId: String(AccessKeyId), secretAccessKey: String(SecretAccessKey), sessionToken: String(Token) };
}
