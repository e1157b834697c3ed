import type { PolicyDocument } from '../policy/document.js';

/** A key of KMS. No byte is encrypted with it: what is played is who may use it. */
export interface KmsKey {
  /** `arn:aws:kms:REGION:ACCOUNT:key/ID` */
  readonly arn: string;
  readonly account: string;
  readonly policy: PolicyDocument;
}

export interface KeyName {
  readonly region: string;
  readonly account: string;
  readonly id: string;
}

/** The parts of a key's ARN; undefined for anything else, such as the ARN of an alias. */
export function parseKeyArn(text: string): KeyName | undefined {
  const [, region, account, id] = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):key\/([A-Za-z0-9-]+)$/.exec(text) ?? [];
  return id === undefined ? undefined : { region, account, id };
}

export function keyArn({ region, account, id }: KeyName): string {
  return `arn:aws:kms:${region}:${account}:key/${id}`;
}
