import type { FaultConfig } from './faults.js';

/** The file, as its schema describes it. */
export interface SandboxFile {
  readonly accounts: Readonly<Record<string, AccountFile>>;
  readonly buckets: Readonly<Record<string, BucketFile>>;
  readonly sessionTimeScale?: number;
  readonly clockOffsetSeconds?: number;
  readonly faults?: readonly FaultConfig[];
}

export interface AccountFile {
  readonly users?: Readonly<
    Record<
      string,
      {
        readonly accessKeyId: string;
        readonly secretKeyEnv: string;
        readonly path?: string;
        readonly policies?: readonly unknown[];
      }
    >
  >;
  readonly roles?: Readonly<
    Record<
      string,
      {
        readonly trust: unknown;
        readonly path?: string;
        readonly policies?: readonly unknown[];
        readonly maxSessionDuration?: number;
      }
    >
  >;
  readonly keys?: Readonly<Record<string, { readonly policy: unknown; readonly region?: string }>>;
  readonly instanceRole?: string;
}

export interface BucketFile {
  readonly account: string;
  readonly region: string;
  readonly policy?: unknown;
  readonly encryption?: { readonly kmsKeyId: string; readonly bucketKeyEnabled?: boolean };
  readonly objects?: Readonly<
    Record<string, { readonly text?: string; readonly base64?: string; readonly file?: string }>
  >;
}
