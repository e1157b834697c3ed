import { Ajv } from 'ajv';
import { type CrossroleError, CrossroleErrors } from '../errors.js';
import { type JsonDocument, type JsonPath, parseJson } from '../mapping/json-document.js';
import { schemaErrors } from '../mapping/schema/schema-errors.js';
import type { faultKinds } from './config-schema.js';
import { sandboxConfigSchema } from './config-schema.js';
import { sandboxError } from './errors.js';
import type { Policy, PolicyKind } from './policy/document.js';
import { readPolicy } from './policy/read.js';

/** A sound `sandbox.json`, policies spelled out. */
export interface SandboxConfig {
  readonly users: readonly UserConfig[];
  readonly roles: readonly RoleConfig[];
  /** ARN of the role that instance metadata hands out. */
  readonly instanceRole: string | undefined;
  readonly buckets: readonly BucketConfig[];
  readonly sessionTimeScale: number;
  readonly clockOffsetSeconds: number;
  readonly faults: readonly FaultConfig[];
}

export interface UserConfig {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretKeyEnv: string;
  readonly policies: readonly Policy[];
}

export interface RoleConfig {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly trust: Policy;
  readonly policies: readonly Policy[];
  /** Seconds. */
  readonly maxSessionDuration: number;
}

export interface BucketConfig {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly policy: Policy | undefined;
  readonly objects: ReadonlyMap<string, Uint8Array>;
}

export interface FaultConfig {
  readonly on: {
    readonly operation: string;
    readonly bucket?: string;
    readonly key?: string;
    readonly occurrence?: number;
    readonly every?: number;
  };
  readonly do: (typeof faultKinds)[number];
  readonly afterBytes: number;
  readonly bytesPerSecond: number;
}

interface ConfigFile {
  readonly accounts: Readonly<Record<string, AccountFile>>;
  readonly buckets: Readonly<Record<string, BucketFile>>;
  readonly sessionTimeScale?: number;
  readonly clockOffsetSeconds?: number;
  readonly faults?: readonly (Partial<FaultConfig> & Pick<FaultConfig, 'on' | 'do'>)[];
}

interface AccountFile {
  readonly users?: Readonly<
    Record<string, { accessKeyId: string; secretKeyEnv: string; policies?: readonly unknown[] }>
  >;
  readonly roles?: Readonly<
    Record<string, { trust: unknown; policies?: readonly unknown[]; maxSessionDuration?: number }>
  >;
  readonly instanceRole?: string;
}

interface BucketFile {
  readonly account: string;
  readonly region: string;
  readonly policy?: unknown;
  readonly objects?: Readonly<Record<string, { readonly text?: string; readonly base64?: string }>>;
}

/** Reads `sandbox.json`. Throws every mistake, and everything in its policies that the sandbox does not know. */
export function readSandboxConfig(content: string, file: string): SandboxConfig {
  const document = parseJson(content, file);
  const validate = new Ajv({ allErrors: true, verbose: true }).compile<ConfigFile>(sandboxConfigSchema);
  const { value } = document;
  if (!validate(value)) throw new CrossroleErrors(schemaErrors(document, [], validate.errors ?? []));
  const errors: CrossroleError[] = [];
  const config = resolveConfig(value, document, errors);
  if (errors.length > 0) throw new CrossroleErrors(errors);
  return config;
}

function resolveConfig(file: ConfigFile, document: JsonDocument, errors: CrossroleError[]): SandboxConfig {
  const report = (path: JsonPath, message: string): void => {
    errors.push(sandboxError('SANDBOX_CONFIG_INVALID', message, document.place(path)));
  };
  const policyAt = (source: unknown, kind: PolicyKind, path: JsonPath): Policy => {
    const { policy, problems } = readPolicy(source, kind);
    for (const problem of problems) report([...path, ...problem.path], problem.message);
    return policy;
  };
  const policiesAt = (sources: readonly unknown[], path: JsonPath): Policy[] =>
    sources.map((source, index) => policyAt(source, 'identity', [...path, index]));

  const users: UserConfig[] = [];
  const roles: RoleConfig[] = [];
  const instanceRoles: string[] = [];
  for (const [account, { users: userFiles = {}, roles: roleFiles = {}, instanceRole }] of Object.entries(
    file.accounts,
  )) {
    const path = ['accounts', account];
    for (const [name, { accessKeyId, secretKeyEnv, policies = [] }] of Object.entries(userFiles)) {
      const at = [...path, 'users', name];
      if (users.some((user) => user.accessKeyId === accessKeyId))
        report([...at, 'accessKeyId'], `a second user has the access key ${accessKeyId}`);
      const arn = `arn:aws:iam::${account}:user/${name}`;
      users.push({
        arn,
        name,
        account,
        accessKeyId,
        secretKeyEnv,
        policies: policiesAt(policies, [...at, 'policies']),
      });
    }
    for (const [name, { trust, policies = [], maxSessionDuration = 3600 }] of Object.entries(roleFiles)) {
      const at = [...path, 'roles', name];
      roles.push({
        arn: `arn:aws:iam::${account}:role/${name}`,
        name,
        account,
        trust: policyAt(trust, 'trust', [...at, 'trust']),
        policies: policiesAt(policies, [...at, 'policies']),
        maxSessionDuration,
      });
    }
    if (instanceRole !== undefined) {
      if (!(instanceRole in roleFiles))
        report([...path, 'instanceRole'], `account ${account} has no role "${instanceRole}"`);
      instanceRoles.push(`arn:aws:iam::${account}:role/${instanceRole}`);
      if (instanceRoles.length > 1) report([...path, 'instanceRole'], 'there is one instance, and it has one role');
    }
  }
  const buckets = Object.entries(file.buckets).map(([name, bucket]): BucketConfig => {
    const path = ['buckets', name];
    if (!(bucket.account in file.accounts)) report([...path, 'account'], `there is no account ${bucket.account}`);
    const policy = bucket.policy === undefined ? undefined : policyAt(bucket.policy, 'bucket', [...path, 'policy']);
    const objects = Object.entries(bucket.objects ?? {}).map(([key, { text, base64 }]): [string, Uint8Array] => [
      key,
      base64 === undefined ? Buffer.from(text ?? '', 'utf8') : Buffer.from(base64, 'base64'),
    ]);
    return { name, account: bucket.account, region: bucket.region, policy, objects: new Map(objects) };
  });
  return {
    users,
    roles,
    instanceRole: instanceRoles[0],
    buckets,
    sessionTimeScale: file.sessionTimeScale ?? 1,
    clockOffsetSeconds: file.clockOffsetSeconds ?? 0,
    faults: (file.faults ?? []).map((fault) => ({ afterBytes: 0, bytesPerSecond: 65_536, ...fault })),
  };
}
