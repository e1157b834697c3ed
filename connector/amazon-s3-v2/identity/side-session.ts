import type { Clock, SessionReport, Warning } from '../../../runtime/connector-api.js';
import type { Network } from '../storage/network.js';
import type { StsAccess } from './assume-role.js';
import type { AccessKeys } from './base/base-identity.js';
import { baseKeys } from './base/base-keys.js';
import type { BaseSurroundings } from './base/base-surroundings.js';
import type { Identity } from './identity.js';
import { chainedAssumer } from './role-chain.js';
import { sessionHolder, sessionReport } from './session-holder.js';
import type { Signer } from './signer.js';

/** As whom a side signs, from its opening to its end. */
export interface SideSession {
  current(): Promise<Signer>;
  /** Another signer than the one that was refused as expired, or undefined where there is none. */
  replace(refused: Signer): Promise<Signer | undefined>;
  report(): SessionReport;
  /** Milliseconds until the session held now ends; undefined for keys that never end. */
  endsIn(): number | undefined;
  close(): void;
}

export interface SideSessionOptions {
  readonly identity: Identity;
  readonly sessionName: string;
  readonly sessionPolicy: string | undefined;
  readonly region: string;
  readonly stsEndpoint: string | undefined;
  readonly network: Network;
  readonly surroundings: BaseSurroundings;
  readonly clock: Clock;
  warn(warning: Warning): void;
}

export function sideSession(options: SideSessionOptions): SideSession {
  const { identity } = options;
  return identity.kind === 'iam-user' ? userSession(identity.keys) : assumedRoleSession(identity, options);
}

function userSession(keys: AccessKeys): SideSession {
  const signer: Signer = { keys, principal: `the IAM user with the key ${keys.accessKeyId}`, endsAt: undefined };
  return {
    current: async () => signer,
    replace: async () => undefined,
    report: () => ({
      roleArn: null,
      principalArn: null,
      sessionName: null,
      requestedDuration: null,
      grantedExpirations: [],
      refreshes: 0,
      stsCalls: 0,
    }),
    endsIn: () => undefined,
    close: () => {},
  };
}

function assumedRoleSession(
  { base, role }: Extract<Identity, { kind: 'assumed-role' }>,
  options: SideSessionOptions,
): SideSession {
  const { sessionName, sessionPolicy, region, stsEndpoint, network, surroundings, clock, warn } = options;
  // Not bound to the run: what a cancelled run has to clean up may need a new session.
  const closing = new AbortController();
  const { signal } = closing;
  const sts: StsAccess = { region, endpoint: stsEndpoint, network, clock, signal, warn };
  const caller = baseKeys(base, { surroundings, sts, sessionName });
  const assumer = chainedAssumer({ ...role, sessionName, policy: sessionPolicy }, caller, sts);
  const holder = sessionHolder(assumer, clock);
  let kept = false;

  return {
    async current() {
      const session = await holder.current();
      if (!kept) {
        kept = true;
        void holder.keepCurrent(signal);
      }
      return session;
    },
    replace: holder.replace,
    report: () => sessionReport({ ...role, sessionName }, holder, assumer.calls()),
    endsIn() {
      const held = holder.held();
      return held && Math.max(0, held.endsAt - clock.monotonic());
    },
    close() {
      closing.abort();
      assumer.close();
    },
  };
}
