import { closeSync, openSync, writeSync } from 'node:fs';
import type { Gate } from './policy/evaluate.js';

export type Service = 's3' | 'sts' | 'imds' | 'container';

/** One request, as the audit log holds it. Never a secret, a token or a signature. */
export interface AuditEntry {
  /** ISO 8601, by the sandbox's clock. */
  readonly t: string;
  readonly service: Service;
  readonly operation: string;
  /** Who asked: the user or the session; null when unknown. */
  readonly principalArn: string | null;
  readonly accessKeyId: string | null;
  /** Of the asking session; of the one that instance metadata or the container endpoint hands out. What AssumeRole asks for stands in `params`. */
  readonly sessionName: string | null;
  readonly roleArn: string | null;
  readonly bucket: string | null;
  readonly key: string | null;
  /** The Range header. */
  readonly range: string | null;
  /** Null when the connection was cut before an answer. */
  readonly status: number | null;
  /** The error code, null for success. */
  readonly code: string | null;
  /** Null when the request failed before any policy was asked. */
  readonly decision: { readonly gate: Gate | 'expected-bucket-owner'; readonly statement: string | null } | null;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An entry while its request is being handled. */
export type AuditDraft = { -readonly [Field in keyof AuditEntry]: AuditEntry[Field] };

export interface AuditLog {
  /** The latest entries, oldest first: at most 100,000. The file has all. */
  readonly entries: readonly AuditEntry[];
  readonly path: string;
  append(entry: AuditEntry): void;
  close(): void;
}

const MAX_ENTRIES_IN_MEMORY = 100_000;

/** Writes entries to `path` at once, one JSON line each, so that whoever has an answer also finds its entry. */
export function openAuditLog(path: string): AuditLog {
  const file = openSync(path, 'a', 0o600);
  const entries: AuditEntry[] = [];
  return {
    entries,
    path,
    append(entry) {
      writeSync(file, `${JSON.stringify(entry)}\n`);
      entries.push(entry);
      if (entries.length > MAX_ENTRIES_IN_MEMORY) entries.splice(0, MAX_ENTRIES_IN_MEMORY / 10);
    },
    close: () => closeSync(file),
  };
}

export function auditDraft(service: Service, operation: string, now: number): AuditDraft {
  return {
    t: new Date(now).toISOString(),
    service,
    operation,
    principalArn: null,
    accessKeyId: null,
    sessionName: null,
    roleArn: null,
    bucket: null,
    key: null,
    range: null,
    status: null,
    code: null,
    decision: null,
    params: {},
  };
}
