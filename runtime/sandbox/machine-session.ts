import type { SandboxState } from './exchange.js';
import type { Credentials, Role, SessionPrincipal } from './principals.js';

/** About as long as EC2's own; it is replaced within the last third, or the last five minutes. */
const SESSION_SECONDS = 6 * 3600;
const RENEWAL_MILLISECONDS = 5 * 60 * 1000;

/** The session that a machine or container runtime holds for what runs on it, renewed ahead of its end. */
export function machineSession(
  sessionName: string,
): (state: SandboxState, role: Role) => Credentials<SessionPrincipal> {
  let session: Credentials<SessionPrincipal> | undefined;
  return (state, role) => {
    const now = state.now();
    const lifetime = SESSION_SECONDS * 1000 * state.sessionTimeScale;
    const renewal = Math.min(RENEWAL_MILLISECONDS, lifetime / 3);
    const stale = !session || state.principals.isExpired(session, now) || session.principal.expiresAt - now <= renewal;
    if (session && !stale) return session;
    session = state.principals.issueSession(role, {
      sessionName,
      sessionPolicy: undefined,
      tags: new Map(),
      sourceIdentity: undefined,
      issuedAt: now,
      expiresAt: now + lifetime,
    });
    return session;
  };
}
