import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import type { Clock } from '../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../errors.js';
import type { TemporaryKeys } from './temporary-keys.js';

/** A session as STS granted it. */
export interface GrantedSession {
  readonly keys: TemporaryKeys;
  /** Milliseconds that the session lasts from the answer on: Expiration minus the answer's Date, so no clock of ours counts. */
  readonly lifetime: number;
  /** `arn:aws:sts::111122223333:assumed-role/name/session`. */
  readonly principalArn: string;
}

/**
 * What STS answers to AssumeRole and to AssumeRoleWithWebIdentity. Throws `STS_REQUEST_FAILED` where it is not complete.
 * @param date the answer's Date header
 */
export function grantedSession(
  { Credentials, AssumedRoleUser }: Pick<AssumeRoleCommandOutput, 'Credentials' | 'AssumedRoleUser'>,
  date: string | undefined,
  clock: Clock,
): GrantedSession {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw amazonS3V2Error('STS_REQUEST_FAILED', 'the answer of STS holds no complete credentials');
  }
  const answeredAt = Date.parse(date ?? '');
  const expiresAt = Expiration.getTime();
  const lifetime = expiresAt - (Number.isNaN(answeredAt) ? clock.now() : answeredAt);
  if (lifetime <= 0) {
    throw amazonS3V2Error('STS_REQUEST_FAILED', 'STS granted a session that had ended when it was granted');
  }
  return {
    keys: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiresAt },
    lifetime,
    principalArn: AssumedRoleUser?.Arn ?? '',
  };
}

/** The part of a command's middleware stack that is needed to see its answer. */
interface AnswerStack {
  add(
    middleware: <Args, Result extends { readonly response: unknown }>(
      next: (args: Args) => Promise<Result>,
    ) => (args: Args) => Promise<Result>,
    options: { readonly step: 'deserialize'; readonly priority: 'low' },
  ): void;
}

/** Watches a command; the function gives the Date header of its answer once there is one. */
export function answerDate(stack: AnswerStack): () => string | undefined {
  let date: string | undefined;
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      date = dateHeaderOf(result.response);
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return () => date;
}

function dateHeaderOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null) return undefined;
  const headers: unknown = Reflect.get(response, 'headers');
  if (typeof headers !== 'object' || headers === null) return undefined;
  const date: unknown = Reflect.get(headers, 'date');
  return typeof date === 'string' ? date : undefined;
}
