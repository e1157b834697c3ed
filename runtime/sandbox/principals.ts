import { randomBytes } from 'node:crypto';
import type { AccountConfig } from './config.js';
import type { PolicyDocument } from './policy/document.js';

/** A role with the account it belongs to. */
export interface Role {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly id: string;
  readonly trust: PolicyDocument;
  readonly policies: readonly PolicyDocument[];
  /** Seconds. */
  readonly maxSessionDuration: number;
}

export interface UserPrincipal {
  readonly kind: 'user';
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  readonly name: string;
  readonly policies: readonly PolicyDocument[];
}

export interface SessionTag {
  readonly value: string;
  /** Goes on to the sessions that this one assumes. */
  readonly transitive: boolean;
}

/** What makes one session of a role different from another. */
export interface SessionTerms {
  readonly sessionName: string;
  readonly sessionPolicy: PolicyDocument | undefined;
  readonly tags: ReadonlyMap<string, SessionTag>;
  readonly sourceIdentity: string | undefined;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface SessionPrincipal extends SessionTerms {
  readonly kind: 'session';
  readonly account: string;
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` */
  readonly arn: string;
  readonly userId: string;
  readonly role: Role;
}

export type Principal = UserPrincipal | SessionPrincipal;

export interface Credentials<Holder extends Principal = Principal> {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a session only. */
  readonly token: string | undefined;
  readonly principal: Holder;
}

/** The identities of all accounts, and every session handed out. All of it in memory. */
export interface PrincipalRegistry {
  /** Made-up secrets, and access key ids that are handed out, by the name of their environment variable. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly instanceRole: Role | undefined;
  readonly containerRole: { readonly role: Role; readonly wantsToken: boolean } | undefined;
  find(accessKeyId: string): Credentials | undefined;
  role(arn: string): Role | undefined;
  issueSession(role: Role, terms: SessionTerms): Credentials<SessionPrincipal>;
  /** Ends a session before its time. */
  expire(accessKeyId: string): void;
  isExpired(credentials: Credentials, now: number): boolean;
}

/** A session beyond this many newer ones is forgotten; its key is then unknown. */
const MAX_SESSIONS = 100_000;

export function createPrincipals(accounts: readonly AccountConfig[]): PrincipalRegistry {
  const users = new Map<string, Credentials>();
  const sessions = new Map<string, Credentials<SessionPrincipal>>();
  const ended = new WeakSet<Credentials>();
  const roles = new Map<string, Role>();
  const secrets: Record<string, string> = {};
  let instanceRole: Role | undefined;
  let containerRole: PrincipalRegistry['containerRole'];

  for (const account of accounts) {
    for (const { name, path, policies, accessKeyId, accessKeyEnv, secretKeyEnv } of account.users) {
      const secretAccessKey = madeUpSecret();
      secrets[secretKeyEnv] = secretAccessKey;
      if (accessKeyEnv !== undefined) secrets[accessKeyEnv] = accessKeyId;
      const arn = `arn:aws:iam::${account.id}:user${path}${name}`;
      const principal: UserPrincipal = {
        kind: 'user',
        account: account.id,
        arn,
        userId: madeUpId('AIDA'),
        name,
        policies,
      };
      users.set(accessKeyId, { accessKeyId, secretAccessKey, token: undefined, principal });
    }
    for (const { name, path, trust, policies, maxSessionDuration } of account.roles) {
      const arn = `arn:aws:iam::${account.id}:role${path}${name}`;
      const role: Role = { arn, account: account.id, name, id: madeUpId('AROA'), trust, policies, maxSessionDuration };
      roles.set(arn, role);
      if (name === account.instanceRole) instanceRole = role;
      if (name === account.containerRole) containerRole = { role, wantsToken: false };
      if (name === account.podRole) containerRole = { role, wantsToken: true };
    }
  }

  return {
    secrets,
    instanceRole,
    containerRole,
    find: (accessKeyId) => users.get(accessKeyId) ?? sessions.get(accessKeyId),
    role: (arn) => roles.get(arn),
    issueSession(role, terms) {
      const credentials: Credentials<SessionPrincipal> = {
        accessKeyId: madeUpId('ASIA'),
        secretAccessKey: madeUpSecret(),
        // Random and compared with the one kept: nobody can make a token, or alter one.
        token: randomBytes(192).toString('base64'),
        principal: {
          ...terms,
          kind: 'session',
          account: role.account,
          arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${terms.sessionName}`,
          userId: `${role.id}:${terms.sessionName}`,
          role,
        },
      };
      sessions.set(credentials.accessKeyId, credentials);
      if (sessions.size > MAX_SESSIONS) {
        const [oldest] = sessions.keys();
        sessions.delete(oldest);
      }
      return credentials;
    },
    expire(accessKeyId) {
      const session = sessions.get(accessKeyId);
      if (session) ended.add(session);
    },
    isExpired(credentials, now) {
      const { principal } = credentials;
      return principal.kind === 'session' && (now >= principal.expiresAt || ended.has(credentials));
    },
  };
}

/** 40 characters, as long as AWS's. */
function madeUpSecret(): string {
  return randomBytes(30).toString('base64');
}

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Four letters that tell the kind (IAM user guide, unique identifiers) and sixteen random ones. */
function madeUpId(kind: 'AIDA' | 'AROA' | 'ASIA'): string {
  return kind + Array.from(randomBytes(16), (byte) => ID_ALPHABET[byte % 32]).join('');
}
