import { createHash } from 'node:crypto';
import type { AccountConfig, KeyConfig } from '../config.js';
import { type PolicyDocument, parsePolicy } from '../policy/document.js';
import { type KeyName, type KmsKey, keyArn } from './key.js';

/** The keys of all accounts. */
export interface KeyRegistry {
  find(name: KeyName): KmsKey | undefined;
  /** `aws/s3`, the key of AWS for the objects of an account, which is there as soon as it is needed. */
  managedByAws(account: string, region: string): KmsKey;
}

export function createKeyRegistry(accounts: readonly AccountConfig[]): KeyRegistry {
  const keys = new Map<string, KeyConfig>();
  for (const { id: account, keys: ofAccount } of accounts)
    for (const key of ofAccount) keys.set(`${account}/${key.id}`, key);
  return {
    find(name) {
      const key = keys.get(`${name.account}/${name.id}`);
      if (!key || (key.region ?? name.region) !== name.region) return undefined;
      return { arn: keyArn(name), account: name.account, policy: key.policy };
    },
    managedByAws(account, region) {
      const id = managedKeyId(account, region);
      return { arn: keyArn({ region, account, id }), account, policy: managedKeyPolicy(account, region) };
    },
  };
}

/** Shaped like the ids that KMS makes up, and the same every time. */
function managedKeyId(account: string, region: string): string {
  const hex = createHash('sha256').update(`aws/s3 ${account} ${region}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** Whoever is of the account may use the key through S3, and nobody else (KMS developer guide, AWS managed keys). */
function managedKeyPolicy(account: string, region: string): PolicyDocument {
  const { document, problems } = parsePolicy(
    {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncrypt*',
          'kms:GenerateDataKey*',
          'kms:CreateGrant',
          'kms:DescribeKey',
        ],
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com`, 'kms:CallerAccount': account },
        },
      },
    },
    { kind: 'key' },
  );
  if (problems.length > 0) throw new Error('the policy of the managed key can not be read');
  return document;
}
