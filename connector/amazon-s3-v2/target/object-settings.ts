import type { ObjectCannedACL } from '@aws-sdk/client-s3';
import type { PropertyValue } from '../../../runtime/connector-api.js';

/** What a target sets on its object. */
export interface ObjectSettings {
  readonly key: string;
  /** Stands in the metadata `crossrole-run`, which tells whose object it is when an answer was lost. */
  readonly run: string;
  readonly ifExists: 'overwrite' | 'fail';
  readonly acl: ObjectCannedACL | undefined;
}

export const runMetadata = 'crossrole-run';

/** Parameters of the request that creates the object or its upload. */
export function creationParameters({ key, run, acl }: ObjectSettings) {
  return { Key: key, Metadata: { [runMetadata]: run }, ...(acl === undefined ? {} : { ACL: acl }) };
}

/** Parameter of the request that makes the object visible. */
export function visibilityCondition({ ifExists }: ObjectSettings) {
  return ifExists === 'fail' ? { IfNoneMatch: '*' } : {};
}

/** The value of the property `acl`, which its schema has limited to these. */
export function cannedAcl(value: PropertyValue | undefined): ObjectCannedACL | undefined {
  switch (value) {
    case 'private':
    case 'bucket-owner-read':
    case 'bucket-owner-full-control':
      return value;
    default:
      return undefined;
  }
}
