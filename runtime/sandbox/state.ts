import type { Clock } from '../clock.js';
import type { AuditLog } from './audit.js';
import type { SandboxConfig } from './config.js';
import type { Faults } from './faults.js';
import type { InstanceMetadata } from './instance-metadata.js';
import type { Principals } from './principals.js';
import type { BodyStore, Bucket } from './store.js';

/** All that requests share. */
export interface SandboxState {
  readonly config: SandboxConfig;
  readonly principals: Principals;
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly store: BodyStore;
  readonly metadata: InstanceMetadata;
  readonly faults: Faults;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** The sandbox's own time, milliseconds since the epoch. */
  now(): number;
}
