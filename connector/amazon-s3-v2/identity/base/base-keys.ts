import type { StsAccess } from '../assume-role.js';
import type { TemporaryKeys } from '../temporary-keys.js';
import type { AccessKeys, BaseIdentity } from './base-identity.js';
import type { BaseSurroundings } from './base-surroundings.js';
import { containerKeys } from './container.js';
import { environmentKeys } from './environment.js';
import { heldKeys } from './held-keys.js';
import { instanceRoleKeys } from './instance-metadata.js';
import { profileKeys } from './profile.js';
import { webIdentityIn, webIdentityKeys } from './web-identity.js';

/** The keys of whoever calls AssumeRole next, as they are when asked for: a base identity, or a session on the way. */
export interface BaseKeys {
  current(): Promise<AccessKeys | TemporaryKeys>;
  /** Forgets what was fetched: the next call asks for other keys. */
  forget(): void;
  /** Whether other keys may come after those that were refused. */
  readonly renewable: boolean;
  /** How messages call it. */
  readonly name: string;
  /** Requests that were sent to STS for these keys, refused ones included. */
  calls(): number;
  close(): void;
}

/** What a base identity may use to come by its keys. */
export interface BaseAccess {
  readonly surroundings: BaseSurroundings;
  /** The way to STS, which some bases need; never another one than the connection's. */
  readonly sts: StsAccess;
  /** Name of sessions that are needed on the way. */
  readonly sessionName: string;
}

export function baseKeys(base: BaseIdentity, access: BaseAccess): BaseKeys {
  const { surroundings, sts } = access;
  const { clock, signal } = sts;
  switch (base.kind) {
    case 'iam-user':
      return fixedKeys('the IAM user', base.keys);
    case 'environment':
      return fixedKeys('the keys in the environment', environmentKeys(surroundings.environment));
    case 'ec2-role': {
      const endpoint = surroundings.instanceMetadata;
      return heldKeys('the role of the EC2 instance', () => instanceRoleKeys(endpoint, clock, signal), clock);
    }
    case 'container': {
      const { environment } = surroundings;
      return heldKeys('the role of the container', () => containerKeys(environment, clock, signal), clock);
    }
    case 'web-identity':
      return webIdentityKeys(webIdentityIn(surroundings.environment), access);
    case 'profile':
      return profileKeys(base, access, (source) => baseKeys(source, access));
  }
}

/** Keys that no question would change while the process lives. */
function fixedKeys(name: string, keys: AccessKeys): BaseKeys {
  return { current: async () => keys, forget: () => {}, renewable: false, name, calls: () => 0, close: () => {} };
}
