import { randomBytes } from 'node:crypto';
import type { SandboxConfig } from './config.js';
import type { Policy } from './policy/document.js';
import type { Caller } from './policy/evaluate.js';

/** Keys that sign requests, and whom they stand for. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretKey: string;
  /** Undefined for a user's long-term key. */
  readonly token: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiration: number;
  readonly caller: Caller;
  readonly userId: string;
  readonly sessionName: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

export interface SessionRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Milliseconds since the epoch. */
  readonly expiration: number;
  readonly sessionPolicy: Policy | undefined;
  readonly sourceIdentity: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

export interface Principals {
  /** By access key id. */
  find(accessKeyId: string): Credentials | undefined;
  begin(session: SessionRequest): Credentials;
  /** Ends a session before its time. */
  expire(credentials: Credentials, now: number): void;
  /** The secrets of users, under their variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Makes up the secrets of all users; sessions exist in memory alone. */
export function principals(config: SandboxConfig): Principals {
  const byKey = new Map<string, Credentials>();
  const environment: Record<string, string> = {};
  for (const { arn, account, name, accessKeyId, secretKeyEnv, policies } of config.users) {
    const secretKey = randomBytes(30).toString('base64');
    environment[secretKeyEnv] = secretKey;
    byKey.set(accessKeyId, {
      accessKeyId,
      secretKey,
      token: undefined,
      expiration: Number.POSITIVE_INFINITY,
      caller: { arn, roleArn: undefined, account, identityPolicies: policies, sessionPolicy: undefined },
      userId: identifierOf('AIDA', name),
      sessionName: undefined,
      sourceIdentity: undefined,
      tags: {},
      transitiveTagKeys: [],
    });
  }
  return {
    environment,
    find: (accessKeyId) => byKey.get(accessKeyId),
    begin(session) {
      const role = config.roles.find(({ arn }) => arn === session.roleArn);
      if (!role) throw new Error(`there is no role ${session.roleArn}`);
      const credentials: Credentials = {
        accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
        secretKey: randomBytes(30).toString('base64'),
        token: randomBytes(96).toString('base64'),
        expiration: session.expiration,
        caller: {
          arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${session.sessionName}`,
          roleArn: role.arn,
          account: role.account,
          identityPolicies: role.policies,
          sessionPolicy: session.sessionPolicy,
        },
        userId: `${identifierOf('AROA', role.name)}:${session.sessionName}`,
        sessionName: session.sessionName,
        sourceIdentity: session.sourceIdentity,
        tags: session.tags,
        transitiveTagKeys: session.transitiveTagKeys,
      };
      byKey.set(credentials.accessKeyId, credentials);
      return credentials;
    },
    expire(credentials, now) {
      byKey.set(credentials.accessKeyId, { ...credentials, expiration: now });
    },
  };
}

function identifierOf(prefix: string, name: string): string {
  return prefix + Buffer.from(name).toString('hex').toUpperCase().padEnd(17, '0').slice(0, 17);
}
