import type { TestContext } from 'node:test';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '../../../runtime/clock.js';
import { readSandboxConfig } from '../../../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../../../runtime/sandbox/sandbox.js';

export const home = '111111111111';
export const partner = '222222222222';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function policy(...statements: readonly Readonly<Record<string, unknown>>[]) {
  return { Version: '2012-10-17', Statement: statements };
}

export const allow = (action: string | readonly string[], resource: string | readonly string[] = '*') => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});

export const trust = (principal: unknown, condition: unknown = {}, action: unknown = 'sts:AssumeRole') =>
  policy({ Effect: 'Allow', Principal: principal, Action: action, Condition: condition });

/** Two accounts: `admin` may do all in the first, `mover` may only assume roles; `data` is in the first, `theirs` in the second. */
const accounts = {
  [home]: {
    users: {
      admin: { accessKeyId: 'AKIAADMIN', secretKeyEnv: 'ADMIN_SECRET', policies: [policy(allow('*'))] },
      mover: { accessKeyId: 'AKIAMOVER', secretKeyEnv: 'MOVER_SECRET', policies: [policy(allow('sts:*'))] },
    },
    roles: {
      reader: {
        trust: trust({ AWS: `arn:aws:iam::${home}:user/mover` }),
        policies: [policy(allow('s3:GetObject', 'arn:aws:s3:::data/in/*'))],
        maxSessionDuration: 7200,
      },
      machine: {
        trust: trust({ Service: 'ec2.amazonaws.com' }),
        policies: [policy(allow(['sts:AssumeRole', 's3:*']))],
      },
    },
    instanceRole: 'machine',
  },
  [partner]: {},
};
const buckets = { data: { account: home, region: 'eu-west-1' }, theirs: { account: partner, region: 'eu-west-1' } };

export interface Place {
  readonly sandbox: RunningSandbox;
  s3(keys?: Keys, region?: string, more?: Pick<S3ClientConfig, 'requestChecksumCalculation'>): S3Client;
  sts(keys?: Keys): STSClient;
  readonly admin: Keys;
  readonly mover: Keys;
}

interface PlaceOptions {
  readonly clock?: Clock;
  readonly roles?: Readonly<Record<string, unknown>>;
  readonly partnerRoles?: Readonly<Record<string, unknown>>;
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly partnerKeys?: Readonly<Record<string, unknown>>;
  readonly bucketPolicy?: unknown;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A running sandbox that goes with the test. */
export async function place(t: TestContext, options: PlaceOptions = {}): Promise<Place> {
  const { clock, roles = {}, partnerRoles = {}, keys = {}, partnerKeys = {}, bucketPolicy, more = {} } = options;
  const configuration = {
    accounts: {
      [home]: { ...accounts[home], roles: { ...accounts[home].roles, ...roles }, keys },
      [partner]: { roles: partnerRoles, keys: partnerKeys },
    },
    buckets: bucketPolicy === undefined ? buckets : { ...buckets, data: { ...buckets.data, policy: bucketPolicy } },
    ...more,
  };
  const config = readSandboxConfig(JSON.stringify(configuration), 'sandbox.json');
  const sandbox = await startSandbox(config, clock ? { clock } : {});
  const clients: { destroy(): void }[] = [];
  t.after(async () => {
    for (const client of clients) client.destroy();
    await sandbox.close();
  });
  const { endpoint } = sandbox;
  const keep = <T extends { destroy(): void }>(client: T): T => {
    clients.push(client);
    return client;
  };
  const admin = { accessKeyId: 'AKIAADMIN', secretAccessKey: sandbox.env.ADMIN_SECRET };
  return {
    sandbox,
    admin,
    mover: { accessKeyId: 'AKIAMOVER', secretAccessKey: sandbox.env.MOVER_SECRET },
    s3: (credentials = admin, region = 'eu-west-1', settings = {}) =>
      keep(new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1, ...settings })),
    sts: (credentials = admin) => keep(new STSClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 })),
  };
}

/** A clock that stands still until it is told the time; `sleep` returns at once. */
export function fakeClock(start = Date.now()): Clock & { advance(milliseconds: number): void } {
  let elapsed = 0;
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep: async () => undefined,
    advance(milliseconds) {
      elapsed += milliseconds;
    },
  };
}

/** What a client sees of an error: its code and HTTP status. */
export function failure(code: string, status: number) {
  return (error: unknown): boolean => {
    const seen = errorFields(error);
    if (seen.code === code && seen.status === status) return true;
    throw new Error(`expected ${code} (${status}), got ${seen.code} (${seen.status}): ${error}`);
  };
}

export function errorFields(error: unknown): { readonly code: unknown; readonly status: unknown } {
  const field = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return { code: field(error, 'name'), status: field(field(error, '$metadata'), 'httpStatusCode') };
}
