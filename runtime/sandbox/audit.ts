import { closeSync, openSync, writeSync } from 'node:fs';

/** One request, as the audit log tells it; no secret, token or signature. */
export interface AuditEntry {
  /** ISO 8601, by the sandbox's clock. */
  readonly t: string;
  readonly service: 's3' | 'sts' | 'imds';
  readonly operation: string;
  readonly principalArn: string | null;
  readonly accessKeyId: string | null;
  readonly sessionName: string | null;
  readonly roleArn: string | null;
  readonly bucket: string | null;
  readonly key: string | null;
  readonly range: string | null;
  readonly status: number;
  /** AWS error code. */
  readonly code: string | null;
  readonly decision: { readonly gate: string; readonly statement: string | null } | null;
  readonly params: Readonly<Record<string, unknown>> | null;
}

/** Entries kept in memory for tests; the file has them all. */
const KEPT = 100_000;

export interface AuditLog {
  readonly entries: readonly AuditEntry[];
  readonly path: string;
  write(entry: AuditEntry): void;
  close(): void;
}

export function auditLog(path: string): AuditLog {
  const file = openSync(path, 'a', 0o600);
  const entries: AuditEntry[] = [];
  return {
    entries,
    path,
    write(entry) {
      if (entries.length < KEPT) entries.push(entry);
      writeSync(file, `${JSON.stringify(entry)}\n`);
    },
    close: () => closeSync(file),
  };
}
