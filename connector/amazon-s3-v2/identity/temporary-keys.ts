import type { AccessKeys } from './base/base-identity.js';

/** Keys that end; they live in memory only. */
export interface TemporaryKeys extends AccessKeys {
  readonly sessionToken: string;
  /** Milliseconds since the epoch, by the clock of the service that granted them. */
  readonly expiresAt: number;
}
