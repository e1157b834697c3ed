import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { type CrossroleError, CrossroleErrors } from '../errors.js';
import { type JsonDocument, type JsonPath, parseJson } from '../mapping/json-document.js';
import { schemaErrors } from '../mapping/schema/schema-errors.js';
import { nearestName } from '../nearest-name.js';
import type { AccountFile, BucketFile, SandboxFile } from './config-file.js';
import { sandboxConfigSchema } from './config-schema.js';
import { sandboxError } from './errors.js';
import type { FaultConfig } from './faults.js';
import { parseKeyArn } from './kms/key.js';
import { type PolicyDocument, type PolicyUse, parsePolicy } from './policy/document.js';

/** A sandbox as configured, its policies read. */
export interface SandboxConfig {
  readonly accounts: readonly AccountConfig[];
  readonly buckets: readonly BucketConfig[];
  /** Sessions live for their duration times this. */
  readonly sessionTimeScale: number;
  readonly clockOffsetSeconds: number;
  readonly faults: readonly FaultConfig[];
}

export interface AccountConfig {
  /** Twelve digits. */
  readonly id: string;
  readonly users: readonly UserConfig[];
  readonly roles: readonly RoleConfig[];
  readonly keys: readonly KeyConfig[];
  /** Name of one of `roles`. */
  readonly instanceRole: string | undefined;
}

export interface UserConfig {
  readonly name: string;
  readonly path: string;
  readonly accessKeyId: string;
  readonly secretKeyEnv: string;
  readonly policies: readonly PolicyDocument[];
}

export interface RoleConfig {
  readonly name: string;
  readonly path: string;
  readonly trust: PolicyDocument;
  readonly policies: readonly PolicyDocument[];
  /** Seconds. */
  readonly maxSessionDuration: number;
}

export interface KeyConfig {
  readonly id: string;
  /** Undefined: that of whatever names the key. */
  readonly region: string | undefined;
  readonly policy: PolicyDocument;
}

export interface BucketConfig {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly policy: PolicyDocument | undefined;
  /** Undefined: by keys of S3. */
  readonly encryption: DefaultEncryption | undefined;
  readonly objects: readonly ObjectConfig[];
}

export interface DefaultEncryption {
  /** Of a key among the accounts, in the bucket's region. */
  readonly keyArn: string;
  readonly bucketKey: boolean;
}

export interface ObjectConfig {
  readonly key: string;
  readonly content:
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
    | { readonly kind: 'file'; readonly file: string };
}

/** S3 user guide, bucket naming rules. */
const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;
/** IAM user guide, names of users and roles. */
const IDENTITY_NAME = /^[\w+=,.@-]{1,64}$/;
/** What KMS makes up as ids, and names that are easier to read (KMS API reference, KeyId). */
const KEY_ID = /^[A-Za-z0-9-]{1,128}$/;
const MAX_KEY_BYTES = 1024;
/** IAM's own default for a role. */
const DEFAULT_MAX_SESSION_SECONDS = 3600;

let compiled: ValidateFunction<SandboxFile> | undefined;

function validator(): ValidateFunction<SandboxFile> {
  compiled ??= new Ajv({ allErrors: true, verbose: true }).compile<SandboxFile>(sandboxConfigSchema);
  return compiled;
}

/**
 * Reads a sandbox configuration (JSON with comments). Throws all mistakes at once, each with its place: those of JSON and
 * schema, and `SANDBOX_CONFIG_INVALID`, also for whatever of a policy the sandbox does not know.
 * @param file name for places; `objects.….file` is relative to it
 */
export function readSandboxConfig(text: string, file: string): SandboxConfig {
  const document = parseJson(text, file);
  const { value } = document;
  const validate = validator();
  if (!validate(value)) throw new CrossroleErrors(schemaErrors(document, [], validate.errors ?? []));
  const problems = collectProblems(document);
  const config: SandboxConfig = {
    accounts: Object.entries(value.accounts).map(([id, account]) => accountOf(id, account, problems)),
    buckets: Object.entries(value.buckets).map(([name, bucket]) => bucketOf(name, bucket, value, problems)),
    sessionTimeScale: value.sessionTimeScale ?? 1,
    clockOffsetSeconds: value.clockOffsetSeconds ?? 0,
    faults: value.faults ?? [],
  };
  checkIdentities(config.accounts, problems);
  checkFaults(config.faults, problems);
  problems.throwIfAny();
  return config;
}

interface Problems {
  readonly file: string;
  /** A contradiction at `path`, or at its key. */
  add(path: JsonPath, message: string, remedy?: string, key?: 'key'): void;
  policy(value: unknown, path: JsonPath, use: PolicyUse): PolicyDocument;
  /** Throws what was found, in the order of the file. */
  throwIfAny(): void;
}

function collectProblems(document: JsonDocument): Problems {
  const found: CrossroleError[] = [];
  return {
    file: document.file,
    add(path, message, remedy, key) {
      const place = document.place(path, key);
      found.push(
        sandboxError('SANDBOX_CONFIG_INVALID', message, { ...place, ...(remedy === undefined ? {} : { remedy }) }),
      );
    },
    policy(value, path, use) {
      const { document: policy, problems } = parsePolicy(value, use);
      for (const { path: inner, message } of problems) {
        found.push(sandboxError('SANDBOX_CONFIG_INVALID', message, document.place([...path, ...inner])));
      }
      return policy;
    },
    throwIfAny() {
      if (found.length === 0) return;
      const order = ({ place: { line = 0, column = 0 } }: CrossroleError): number => line * 1e6 + column;
      throw new CrossroleErrors(found.sort((a, b) => order(a) - order(b)));
    },
  };
}

function accountOf(id: string, account: AccountFile, problems: Problems): AccountConfig {
  const at = ['accounts', id];
  if (!/^\d{12}$/.test(id)) problems.add(at, `"${id}" is no account id`, 'An account id has twelve digits.', 'key');
  const nameOf = (name: string, path: JsonPath): string => {
    if (!IDENTITY_NAME.test(name))
      problems.add(path, `"${name}" can not be the name of a user or role`, undefined, 'key');
    return name;
  };
  const policiesOf = (policies: readonly unknown[] = [], path: JsonPath): PolicyDocument[] =>
    policies.map((policy, index) => problems.policy(policy, [...path, 'policies', index], { kind: 'identity' }));
  const users = Object.entries(account.users ?? {}).map(([name, user]): UserConfig => {
    const path = [...at, 'users', name];
    const { accessKeyId, secretKeyEnv } = user;
    return {
      name: nameOf(name, path),
      path: user.path ?? '/',
      accessKeyId,
      secretKeyEnv,
      policies: policiesOf(user.policies, path),
    };
  });
  const roles = Object.entries(account.roles ?? {}).map(([name, role]): RoleConfig => {
    const path = [...at, 'roles', name];
    return {
      name: nameOf(name, path),
      path: role.path ?? '/',
      trust: problems.policy(role.trust, [...path, 'trust'], { kind: 'trust' }),
      policies: policiesOf(role.policies, path),
      maxSessionDuration: role.maxSessionDuration ?? DEFAULT_MAX_SESSION_SECONDS,
    };
  });
  const keys = Object.entries(account.keys ?? {}).map(([keyId, { region, policy }]): KeyConfig => {
    const path = [...at, 'keys', keyId];
    if (!KEY_ID.test(keyId)) problems.add(path, `"${keyId}" can not be the id of a key`, undefined, 'key');
    return { id: keyId, region, policy: problems.policy(policy, [...path, 'policy'], { kind: 'key' }) };
  });
  const { instanceRole } = account;
  if (instanceRole !== undefined && !roles.some(({ name }) => name === instanceRole)) {
    const meant = nearestName(
      instanceRole,
      roles.map(({ name }) => name),
    );
    const remedy = meant === undefined ? undefined : `Did you mean "${meant}"?`;
    problems.add([...at, 'instanceRole'], `account ${id} has no role "${instanceRole}"`, remedy);
  }
  return { id, users, roles, keys, instanceRole };
}

function bucketOf(name: string, bucket: BucketFile, { accounts }: SandboxFile, problems: Problems): BucketConfig {
  const at = ['buckets', name];
  if (!BUCKET_NAME.test(name)) {
    problems.add(
      at,
      `"${name}" can not be the name of a bucket`,
      '3 to 63 lower-case letters, digits, dots and hyphens.',
      'key',
    );
  }
  if (accounts[bucket.account] === undefined) {
    const meant = nearestName(bucket.account, Object.keys(accounts));
    const remedy = meant === undefined ? 'Add the account.' : `Did you mean "${meant}"?`;
    problems.add([...at, 'account'], `there is no account "${bucket.account}"`, remedy);
  }
  const objects = Object.entries(bucket.objects ?? {}).map(([key, content]): ObjectConfig => {
    const path = [...at, 'objects', key];
    const bytes = Buffer.byteLength(key);
    if (bytes === 0 || bytes > MAX_KEY_BYTES)
      problems.add(path, 'a key has 1 to 1024 bytes of UTF-8', undefined, 'key');
    if (content.file === undefined) {
      const data =
        content.text === undefined ? Buffer.from(content.base64 ?? '', 'base64') : Buffer.from(content.text, 'utf8');
      return { key, content: { kind: 'bytes', bytes: data } };
    }
    const file = resolve(dirname(problems.file), content.file);
    if (!existsSync(file)) problems.add([...path, 'file'], `there is no file ${file}`);
    return { key, content: { kind: 'file', file } };
  });
  const policy =
    bucket.policy === undefined
      ? undefined
      : problems.policy(bucket.policy, [...at, 'policy'], { kind: 'bucket', bucket: name });
  const encryption = encryptionOf(bucket, accounts, [...at, 'encryption'], problems);
  return { name, account: bucket.account, region: bucket.region, policy, encryption, objects };
}

function encryptionOf(
  { encryption, region }: BucketFile,
  accounts: SandboxFile['accounts'],
  at: JsonPath,
  problems: Problems,
): DefaultEncryption | undefined {
  if (!encryption) return undefined;
  const { kmsKeyId, bucketKeyEnabled = false } = encryption;
  const named = parseKeyArn(kmsKeyId);
  const key = named && accounts[named.account]?.keys?.[named.id];
  const refuse = (message: string, remedy: string): void => problems.add([...at, 'kmsKeyId'], message, remedy);
  if (!named) {
    refuse(`"${kmsKeyId}" is not the ARN of a key`, 'Write arn:aws:kms:REGION:ACCOUNT:key/ID.');
  } else if (!key || (key.region ?? named.region) !== named.region) {
    refuse(`there is no key "${kmsKeyId}"`, 'Add it to the "keys" of its account.');
  } else if (named.region !== region) {
    refuse(`the key is in ${named.region}, the bucket in ${region}`, 'S3 uses keys of the region of the bucket only.');
  }
  return { keyArn: kmsKeyId, bucketKey: bucketKeyEnabled };
}

/** Access keys and the variables of secrets are unique; one account at most has the machine. */
function checkIdentities(accounts: readonly AccountConfig[], problems: Problems): void {
  const keys = new Set<string>();
  const variables = new Set<string>();
  for (const { id, users } of accounts) {
    for (const { name, accessKeyId, secretKeyEnv } of users) {
      const at = ['accounts', id, 'users', name];
      if (keys.has(accessKeyId))
        problems.add([...at, 'accessKeyId'], `two users have the access key id "${accessKeyId}"`);
      if (variables.has(secretKeyEnv))
        problems.add([...at, 'secretKeyEnv'], `two users have their secret in "${secretKeyEnv}"`);
      keys.add(accessKeyId);
      variables.add(secretKeyEnv);
    }
  }
  const machines = accounts.filter(({ instanceRole }) => instanceRole !== undefined);
  for (const { id } of machines.slice(1)) {
    problems.add(
      ['accounts', id, 'instanceRole'],
      'a second account has an instance role, and there is one machine only',
    );
  }
}

function checkFaults(faults: readonly FaultConfig[], problems: Problems): void {
  for (const [index, fault] of faults.entries()) {
    const at = ['faults', index];
    const refuse = (name: string, message: string): void => problems.add([...at, name], message);
    if (fault.on.occurrence !== undefined && fault.on.every !== undefined)
      refuse('on', '"occurrence" and "every" exclude each other');
    if (fault.bytesPerSecond !== undefined && fault.do !== 'slow')
      refuse('bytesPerSecond', `"bytesPerSecond" has no meaning for "${fault.do}"`);
    if (fault.on.service === 'imds' && fault.do === 'expire')
      refuse('do', 'instance metadata has no session that could expire');
  }
}
