import type { AuditDraft } from '../audit.js';
import { type ContextDraft, callerOf, ownPolicies, setKey } from '../context.js';
import type { KmsKey } from '../kms/key.js';
import { type Decision, evaluate } from '../policy/evaluate.js';
import type { Principal } from '../principals.js';
import type { ServiceError } from '../service-error.js';
import type { Encryption } from '../store/bucket.js';
import type { S3Access } from './authorize.js';
import { reasonOf } from './denial.js';
import { kmsNeedsSignature } from './encryption.js';
import { accessDenied } from './errors.js';

export type KeyAction = 'kms:Decrypt' | 'kms:GenerateDataKey';

/**
 * Uses the key of an object on the caller's behalf, as S3 does with a forward access session: KMS asks the caller's own
 * permissions. Throws `AccessDenied` in the words of KMS; the log hears which gate refused.
 */
export function useKey(access: S3Access, action: KeyAction, encryption: Encryption, entry: AuditDraft): void {
  if (encryption.kind !== 'kms') return;
  const { principal } = access;
  if (!principal) throw kmsNeedsSignature();
  const { key, bucketKey } = encryption;
  const decision = evaluate(
    {
      caller: callerOf(principal),
      action,
      resource: key.arn,
      resourceAccount: key.account,
      context: keyContext(access, principal, key.account, bucketKey),
    },
    { ...ownPolicies(principal), resource: key.policy, resourceGate: 'key-policy' },
  );
  if (decision.allowed) return;
  // Whether it denies or only lacks a statement, it is the key's policy that has to be changed.
  const gate = decision.policy === 'key-policy' ? 'key-policy' : decision.gate;
  entry.decision = { gate, statement: decision.statement ?? null };
  throw denied(principal, action, key, decision);
}

/** Of the request's own keys those of the caller go along; S3 is the client of KMS (KMS developer guide, condition keys). */
function keyContext(
  { context, bucket, key }: S3Access,
  { account }: Principal,
  keyAccount: string,
  bucketKey: boolean,
): ContextDraft {
  const ofClient = ['aws:sourceip', 'aws:useragent'];
  const forwarded: ContextDraft = new Map(
    [...context].filter(([name]) => !name.startsWith('s3:') && !ofClient.includes(name)),
  );
  const bucketArn = `arn:aws:s3:::${bucket.name}`;
  setKey(forwarded, 'aws:ViaAWSService', 'true');
  setKey(forwarded, 'aws:ResourceAccount', keyAccount);
  setKey(forwarded, 'kms:ViaService', `s3.${bucket.region}.amazonaws.com`);
  setKey(forwarded, 'kms:CallerAccount', account);
  setKey(forwarded, 'kms:EncryptionContext:aws:s3:arn', bucketKey ? bucketArn : `${bucketArn}/${key}`);
  return forwarded;
}

/** KMS tells nobody of another account whether a key is there (KMS developer guide, access denied messages). */
function denied({ arn, account }: Principal, action: KeyAction, key: KmsKey, decision: Decision): ServiceError {
  const who = `User: ${arn} is not authorized to perform: ${action}`;
  if (decision.policy !== 'key-policy' || key.account === account)
    return accessDenied(`${who} on resource: ${key.arn} ${reasonOf(decision, action)}`);
  const what = action === 'kms:Decrypt' ? 'the resource associated with this ciphertext' : 'this resource';
  return accessDenied(
    `${who} on ${what} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
}
