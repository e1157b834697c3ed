/**
 * AssumeRoleWithWebIdentity with the token of a file. The provider of the SDK is not used because its client for STS takes
 * region and endpoint from the surroundings; this one goes where the connection's AssumeRole goes.
 */
import type { STSClient } from '@aws-sdk/client-sts';
import type { CrossroleError } from '../../../../runtime/connector-api.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Error } from '../../errors.js';
import { clientSettings } from '../../storage/client-settings.js';
import { withDeadline, withRetries } from '../../storage/retry.js';
import { causeOf, type ServiceError, serviceError } from '../../storage/service-error.js';
import { answerWithin, type RoleAssumer, type StsAccess } from '../assume-role.js';
import { readBareErrors } from '../bare-sts-error.js';
import { answerDate, grantedSession } from '../granted-session.js';
import { sessionKeys } from '../session-keys.js';
import { stsFailure } from '../sts-failure.js';
import type { BaseAccess, BaseKeys } from './base-keys.js';
import { variable } from './base-surroundings.js';
import { missingVariables } from './environment.js';
import { tokenIn } from './token-file.js';

/** A role that a token opens. */
export interface WebIdentity {
  readonly roleArn: string;
  readonly tokenFile: string;
  /** What names the file, for messages. */
  readonly tokenFileSetting: string;
  /** Made by the caller where undefined. */
  readonly sessionName: string | undefined;
}

const tokenFileVariable = 'AWS_WEB_IDENTITY_TOKEN_FILE';

/** STS's own default, which suits a session that is renewed. Seconds. */
const defaultDuration = 3600;

/** What IAM roles for service accounts (EKS) and their like put into the environment. Throws `BASE_VARIABLES_MISSING`. */
export function webIdentityIn(environment: NodeJS.ProcessEnv): WebIdentity {
  const tokenFile = variable(environment, tokenFileVariable);
  const roleArn = variable(environment, 'AWS_ROLE_ARN');
  if (tokenFile === undefined || roleArn === undefined) {
    throw missingVariables(environment, [tokenFileVariable, 'AWS_ROLE_ARN']);
  }
  const sessionName = variable(environment, 'AWS_ROLE_SESSION_NAME');
  return { roleArn, tokenFile, tokenFileSetting: tokenFileVariable, sessionName };
}

/** The session that the token opens. Errors: those of the token file, of `stsFailure`, and `WEB_IDENTITY_…`. */
export function webIdentityKeys(identity: WebIdentity, { sts, sessionName }: BaseAccess): BaseKeys {
  const assumer = webIdentityAssumer({ sessionName, ...definite(identity) }, sts);
  return sessionKeys(`the web identity session of ${identity.roleArn}`, assumer, undefined, sts.clock);
}

function definite({ sessionName, ...identity }: WebIdentity) {
  return sessionName === undefined ? identity : { ...identity, sessionName };
}

function webIdentityAssumer(
  identity: Omit<WebIdentity, 'sessionName'> & { readonly sessionName: string },
  { region, endpoint, network, clock, signal }: StsAccess,
): RoleAssumer {
  const { roleArn, tokenFile, tokenFileSetting, sessionName } = identity;
  let opened: STSClient | undefined;
  let calls = 0;

  async function send() {
    const { STSClient, AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts');
    if (!opened) {
      opened = new STSClient(clientSettings(region, endpoint, network));
      readBareErrors(opened);
    }
    const client = opened;
    return withRetries(clock, signal, () =>
      withDeadline(clock, answerWithin, signal, async (abortSignal) => {
        const token = tokenIn(tokenFile, tokenFileSetting);
        calls += 1;
        const command = new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: sessionName,
          WebIdentityToken: token,
          DurationSeconds: defaultDuration,
        });
        const date = answerDate(command.middlewareStack);
        return grantedSession(await client.send(command, { abortSignal }), date(), clock);
      }),
    );
  }

  return {
    async assume() {
      try {
        return await send();
      } catch (error) {
        signal.throwIfAborted();
        const failure = serviceError(error);
        if (!failure) throw error;
        throw webIdentityFailure(failure, identity, endpoint);
      }
    },
    calls: () => calls,
    close: () => opened?.destroy(),
  };
}

/** What only this call is refused with (STS API reference, AssumeRoleWithWebIdentity). */
function webIdentityFailure(
  failure: ServiceError,
  { roleArn, tokenFile }: Pick<WebIdentity, 'roleArn' | 'tokenFile'>,
  endpoint: string | undefined,
): CrossroleError {
  const say = (code: AmazonS3V2ErrorCode, message: string) =>
    amazonS3V2Error(code, `${message}: ${failure.message}`, { cause: causeOf(failure) });
  switch (failure.code) {
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return say('WEB_IDENTITY_TOKEN_EXPIRED', `STS finds the token in ${tokenFile} expired`);
    case 'InvalidIdentityToken':
    case 'InvalidIdentityTokenException':
    case 'IDPRejectedClaim':
      return say('WEB_IDENTITY_REFUSED', `STS does not take the token in ${tokenFile} for ${roleArn}`);
    case 'IDPCommunicationError':
      return say('IDENTITY_PROVIDER_UNREACHABLE', `STS can not verify the token in ${tokenFile}`);
    case 'AccessDenied':
    case 'AccessDeniedException':
      return say('WEB_IDENTITY_DENIED', `STS does not let the token in ${tokenFile} assume ${roleArn}`);
    default:
      return stsFailure(failure, { call: 'AssumeRoleWithWebIdentity', roleArn, endpoint });
  }
}
