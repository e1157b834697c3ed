import { CrossroleError } from '../../../runtime/connector-api.js';
import type { S3Requests } from '../storage/s3-requests.js';
import type { ProbedSide } from './probed-side.js';
import { refusalOf } from './refusal.js';
import { ownerUnexpected, sessionPolicyDenies } from './s3-denied.js';

export interface Trial<T> {
  /** The action of IAM that it needs. */
  readonly action: string;
  attempt(requests: S3Requests): Promise<T>;
  /** Another request, refused by the same demand of an owner, where `attempt` would leave something in a stranger's bucket. */
  attemptElsewhere?(requests: S3Requests): Promise<unknown>;
}

/**
 * Makes a request of the side. Where S3 refuses it without saying enough, what could refuse it is taken away piece by piece:
 * first the demand that a certain account owns the bucket, then the session policy. What passes then is what refused.
 */
export async function tried<T>(side: ProbedSide, trial: Trial<T>): Promise<T> {
  if (!side.session) throw new Error('S3 is used before there is a session');
  try {
    return await trial.attempt(await side.requests(side.session));
  } catch (error) {
    if (!(error instanceof CrossroleError)) throw error;
    throw (await provenReason(side, trial, error)) ?? error;
  }
}

async function provenReason<T>(
  side: ProbedSide,
  { action, attempt, attemptElsewhere = attempt }: Trial<T>,
  refused: CrossroleError,
): Promise<CrossroleError | undefined> {
  const { session, lastHop, facts, settings } = side;
  const { bucket, expectedBucketOwner } = settings.storage;
  const isUnsaid = refused.code === 'ACCESS_DENIED' && refusalOf(refused.message).reason.kind === 'unsaid';
  if (isUnsaid && session && expectedBucketOwner !== undefined) {
    if (await passes(attemptElsewhere, await side.requests(session, false))) {
      return ownerUnexpected(refused, expectedBucketOwner, bucket);
    }
  }
  if ((isUnsaid || refused.code === 'SESSION_POLICY_DENIES') && lastHop?.role.policy !== undefined) {
    const whole = side.sessionOf({ ...lastHop.role, policy: undefined }, lastHop.caller, lastHop.access);
    if (await passes(attempt, await side.requests(whole))) return sessionPolicyDenies(refused, facts, action);
  }
  return undefined;
}

async function passes(attempt: (requests: S3Requests) => Promise<unknown>, requests: S3Requests): Promise<boolean> {
  try {
    await attempt(requests);
    return true;
  } catch (error) {
    if (error instanceof CrossroleError) return false;
    throw error;
  }
}
