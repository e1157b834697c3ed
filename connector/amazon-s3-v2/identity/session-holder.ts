import type { Clock, SessionReport } from '../../../runtime/connector-api.js';
import type { RoleAssumer } from './assume-role.js';
import type { GrantedSession } from './granted-session.js';
import type { Signer } from './signer.js';
import type { TemporaryKeys } from './temporary-keys.js';

/** One session while it lasts. */
export interface Session extends Signer {
  readonly keys: TemporaryKeys;
  /** Both on the monotonic clock, milliseconds. */
  readonly renewAt: number;
  readonly endsAt: number;
}

/** The only owner and only cache of a side's session. */
export interface SessionHolder {
  /** A session that is valid now. Renews ahead of the end in the background; waits only where there is no valid one. */
  current(): Promise<Session>;
  /**
   * Renews the session ahead of every end until `signal` aborts, so that a side that makes no request for a while, such as a
   * target whose first part is filling, learns of a role that was taken away before it needs it. Call it once there is a session.
   */
  keepCurrent(signal: AbortSignal): Promise<void>;
  /** A session other than the one that a service has refused as expired. */
  replace(refused: Signer): Promise<Session>;
  /** The session held now, without asking for one. */
  held(): Session | undefined;
  grants(): readonly GrantedSession[];
}

/** Renewal starts so long before the granted end, or at two thirds of the lifetime where that is later. Milliseconds. */
const renewalMargin = 5 * 60_000;

/** Waits between failed renewals double from one second to this. Milliseconds. */
const longestPause = 30_000;

export function sessionHolder(assumer: Pick<RoleAssumer, 'assume'>, clock: Clock): SessionHolder {
  const grants: GrantedSession[] = [];
  let session: Session | undefined;
  let renewal: Promise<Session> | undefined;
  let failures = 0;
  let pauseUntil = Number.NEGATIVE_INFINITY;

  /** Single flight: whoever comes while a renewal is under way waits for that one. */
  function renew(): Promise<Session> {
    renewal ??= request().finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function request(): Promise<Session> {
    const startedAt = clock.monotonic();
    try {
      const granted = await assumer.assume();
      grants.push(granted);
      failures = 0;
      session = sessionOf(granted, startedAt);
      return session;
    } catch (error) {
      failures += 1;
      pauseUntil = clock.monotonic() + Math.min(longestPause, 1000 * 2 ** (failures - 1));
      throw error;
    }
  }

  return {
    async current() {
      const now = clock.monotonic();
      if (!session || now >= session.endsAt) return renew();
      if (now >= session.renewAt && now >= pauseUntil) {
        // A failure is not fatal while the session lasts: the next request after the pause tries again.
        renew().catch(() => {});
      }
      return session;
    },
    async keepCurrent(signal) {
      while (session && !signal.aborted) {
        const due = Math.max(session.renewAt, pauseUntil) - clock.monotonic();
        try {
          await clock.sleep(Math.max(0, due), signal);
        } catch {
          return;
        }
        // Somebody's request may have renewed it in the meantime; failures are tried again after the pause.
        if (clock.monotonic() >= session.renewAt) await renew().catch(() => {});
      }
    },
    async replace(refused) {
      if (session && session !== refused && clock.monotonic() < session.endsAt) return session;
      return renew();
    },
    held: () => session,
    grants: () => grants,
  };
}

/** Counted from before the request was sent, so that a slow answer never makes a session seem longer than it is. */
function sessionOf({ keys, principalArn, lifetime }: GrantedSession, startedAt: number): Session {
  const endsAt = startedAt + lifetime;
  return { keys, principal: principalArn, endsAt, renewAt: endsAt - Math.min(renewalMargin, lifetime / 3) };
}

/** What the report shows of a side's session. */
export function sessionReport(
  role: { readonly roleArn: string; readonly sessionName: string; readonly duration: number },
  holder: SessionHolder,
  stsCalls: number,
): SessionReport {
  const grants = holder.grants();
  return {
    roleArn: role.roleArn,
    principalArn: holder.held()?.principal ?? null,
    sessionName: role.sessionName,
    requestedDuration: role.duration,
    grantedExpirations: grants.map(({ keys }) => new Date(keys.expiresAt).toISOString()),
    refreshes: Math.max(0, grants.length - 1),
    stsCalls,
  };
}
