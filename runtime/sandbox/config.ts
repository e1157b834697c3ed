import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { type CrossroleError, CrossroleErrors } from '../errors.js';
import { type JsonDocument, type JsonPath, parseJson } from '../mapping/json-document.js';
import { schemaErrors } from '../mapping/schema/schema-errors.js';
import { nearestName } from '../nearest-name.js';
import { sandboxConfigSchema } from './config-schema.js';
import { sandboxError } from './errors.js';
import type { FaultConfig } from './faults.js';
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

export interface BucketConfig {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly policy: PolicyDocument | undefined;
  readonly objects: readonly ObjectConfig[];
}

export interface ObjectConfig {
  readonly key: string;
  readonly content: { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'file'; readonly file: string };
}

/** The file, as its schema describes it. */
interface SandboxFile {
  readonly accounts: Readonly<Record<string, AccountFile>>;
  readonly buckets: Readonly<Record<string, BucketFile>>;
  readonly sessionTimeScale?: number;
  readonly clockOffsetSeconds?: number;
  readonly faults?: readonly FaultConfig[];
}

interface AccountFile {
  readonly users?: Readonly<
    Record<string, { readonly accessKeyId: string; readonly secretKeyEnv: string; readonly path?: string; readonly policies?: readonly unknown[] }>
  >;
  readonly roles?: Readonly<
    Record<
      string,
      { readonly trust: unknown; readonly path?: string; readonly policies?: readonly unknown[]; readonly maxSessionDuration?: number }
    >
  >;
  readonly instanceRole?: string;
}

interface BucketFile {
  readonly account: string;
  readonly region: string;
  readonly policy?: unknown;
  readonly objects?: Readonly<Record<string, { readonly text?: string; readonly base64?: string; readonly file?: string }>>;
}

/** S3 user guide, bucket naming rules. */
const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;
/** IAM user guide, names of users and roles. */
const IDENTITY_NAME = /^[\w+=,.@-]{1,64}$/;
const MAX_KEY_BYTES = 1024;

let compiled: ValidateFunction<SandboxFile> | undefined;

function validator(): ValidateFunction<SandboxFile> {
  compiled ??= new Ajv({ allErrors: true, verbose: true }).compile<SandboxFile>(sandboxConfigSchema);
  return compiled;
}

/**
 * Reads a sandbox configuration (JSON with comments). Throws all mistakes at once, each with its place: those of JSON and
 * schema, `SANDBOX_CONFIG_INVALID`, and `SANDBOX_POLICY_INVALID` for whatever of a policy the sandbox does not know.
 * @param file name for places; `objects.….file` is relative to it
 */
export function readSandboxConfig(text: string, file: string): SandboxConfig {
  const document = parseJson(text, file);
  const { value } = document;
  const validate = validator();
  if (!validate(value)) throw new CrossroleErrors(schemaErrors(document, [], validate.errors ?? []));
  const reader = new ConfigProblems(document);
  const config: SandboxConfig = {
    accounts: Object.entries(value.accounts).map(([id, account]) => accountOf(id, account, reader)),
    buckets: Object.entries(value.buckets).map(([name, bucket]) => bucketOf(name, bucket, value, reader)),
    sessionTimeScale: value.sessionTimeScale ?? 1,
    clockOffsetSeconds: value.clockOffsetSeconds ?? 0,
    faults: value.faults ?? [],
  };
  checkUnique(value, reader);
  checkFaults(config.faults, reader);
  reader.throwIfAny();
  return config;
}
