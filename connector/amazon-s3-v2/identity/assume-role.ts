import type { AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { Clock, Warning } from '../../../runtime/connector-api.js';
import { clientSettings } from '../storage/client-settings.js';
import type { Network } from '../storage/network.js';
import { withDeadline, withRetries } from '../storage/retry.js';
import { serviceError } from '../storage/service-error.js';
import { readBareErrors } from './bare-sts-error.js';
import type { BaseKeys } from './base/base-keys.js';
import { warningOfClock } from './clock-skew.js';
import { answerDate, type GrantedSession, grantedSession } from './granted-session.js';
import type { RoleHop } from './role-request.js';
import type { SessionTag } from './session-tags.js';
import type { HopScope } from './statements.js';
import { isChainingLimit, stsFailure } from './sts-failure.js';

export interface AssumedRole extends RoleHop {
  /** Seconds. */
  readonly duration: number;
  readonly sessionName: string;
  readonly policy: string | undefined;
  readonly tags: readonly SessionTag[];
  readonly sourceIdentity: string | undefined;
}

/** Asks STS for sessions of one role. */
export interface RoleAssumer {
  assume(): Promise<GrantedSession>;
  /** Requests that were sent to STS, refused ones included. */
  calls(): number;
  close(): void;
}

/** Milliseconds for one answer of STS. */
export const answerWithin = 15_000;

/** What one role may grant to a caller that is itself a session: 1 hour (IAM user guide, role chaining). Seconds. */
const chainedDuration = 3600;

/** The way to STS. */
export interface StsAccess {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly network: Network;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whom a trust policy would have to name, where it is known beforehand. */
  readonly callerArn?: string | undefined;
  warn(warning: Warning): void;
}

/** What policies see of an AssumeRole. */
export function hopScope({ roleArn, externalId, tags, sourceIdentity }: AssumedRole): HopScope {
  return { roleArn, externalId, sendsTags: tags.length > 0, sendsSourceIdentity: sourceIdentity !== undefined };
}

/** Makes the one place that calls AssumeRole for a side. Its errors are those of `stsFailure` and of the base. */
export function roleAssumer(role: AssumedRole, base: BaseKeys, access: StsAccess): RoleAssumer {
  const { region, endpoint, network, clock, signal, warn } = access;
  let opened: STSClient | undefined;
  let caller: ReturnType<BaseKeys['current']>;
  let calls = 0;
  /** Once STS has told of the chaining limit, renewals ask for what it allows at once. */
  let duration = role.duration;

  async function send(): Promise<GrantedSession> {
    const { STSClient, AssumeRoleCommand } = await import('@aws-sdk/client-sts');
    if (!opened) {
      opened = new STSClient({
        ...clientSettings(region, endpoint, network),
        // Never cached by the client: an expiration in the past makes it ask for every request.
        credentials: async () => ({ ...(await caller), expiration: new Date(0) }),
      });
      readBareErrors(opened);
    }
    const client = opened;
    return withRetries(clock, signal, async () => {
      // Asked for before the request, so that a failing base is not taken for an answer of STS; its time is its own.
      caller = base.current();
      await caller;
      return withDeadline(clock, answerWithin, signal, async (abortSignal) => {
        calls += 1;
        const command = new AssumeRoleCommand(inputOf(role, duration));
        const date = answerDate(command.middlewareStack);
        const answer = await warningOfClock(warn, () => client.send(command, { abortSignal }));
        return grantedSession(answer, date(), clock);
      });
    });
  }

  async function sendWithinLimits(): Promise<GrantedSession> {
    try {
      return await send();
    } catch (error) {
      const failure = serviceError(error);
      if (!failure) throw error;
      if (isChainingLimit(failure) && duration > chainedDuration) {
        duration = chainedDuration;
        warn({
          code: 'CHAINED_DURATION_CAPPED',
          message: `${role.roleArn}: ${role.duration} s were asked for, but a role assumed by a session lasts ${chainedDuration} s at most; sessions of ${chainedDuration} s are used and renewed`,
        });
        return send();
      }
      if (base.renewable && failure.code.startsWith('ExpiredToken')) {
        base.forget();
        return send();
      }
      throw error;
    }
  }

  return {
    async assume() {
      try {
        return await sendWithinLimits();
      } catch (error) {
        signal.throwIfAborted();
        const failure = serviceError(error);
        if (!failure) throw error;
        throw stsFailure(failure, {
          call: 'AssumeRole',
          hop: hopScope(role),
          duration,
          endpoint,
          caller: base.name,
          callerArn: access.callerArn,
        });
      }
    },
    calls: () => calls,
    close: () => opened?.destroy(),
  };
}

function inputOf(role: AssumedRole, duration: number): AssumeRoleCommandInput {
  const { roleArn, externalId, sessionName, policy, tags, sourceIdentity } = role;
  const transitive = tags.filter((tag) => tag.transitive).map(({ key }) => key);
  return {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    DurationSeconds: duration,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
    ...(policy === undefined ? {} : { Policy: policy }),
    ...(tags.length === 0 ? {} : { Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) }),
    ...(transitive.length === 0 ? {} : { TransitiveTagKeys: transitive }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}
