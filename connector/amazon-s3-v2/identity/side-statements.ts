import type { PolicyStatement } from '../../../runtime/connector-api.js';
import { domainOf } from './partition.js';
import type { Partition } from './role-arn.js';

/** What a side does in its bucket, in the words of IAM. */
export interface PolicyScope {
  readonly partition: Partition;
  readonly region: string;
  readonly bucket: string;
  readonly access:
    | { readonly side: 'source'; readonly keys: KeyScope }
    | { readonly side: 'target'; readonly key: string; readonly setsAcl: boolean };
}

/** The keys a source may read: one, or all that match a pattern. */
export type KeyScope =
  | { readonly kind: 'key'; readonly key: string }
  /** `literal` is the text before the first wildcard, `pattern` the rest with `*` and `?`. */
  | { readonly kind: 'pattern'; readonly literal: string; readonly pattern: string };

/** How far keys are narrowed down. */
export type Width = 'exact' | 'prefix' | 'bucket';

/** Patterns of IAM for keys. */
export interface KeyPatterns {
  readonly keys: string;
  /** For the prefixes that may be listed. */
  readonly prefixes: string;
  /** Characters had to be left out: IAM takes none beyond U+00FF. */
  readonly cut: boolean;
}

/** The patterns of a side's keys at a width. */
export function keyPatterns({ access }: PolicyScope, width: Width): KeyPatterns {
  const { literal, wildcards } = literalPart(access.side === 'source' ? access.keys : { kind: 'key', key: access.key });
  switch (width) {
    case 'exact': {
      const allowed = allowedPart(literal);
      if (allowed.length < literal.length) return { ...startingWith(allowed), cut: true };
      const head = escaped(literal);
      if (wildcards === undefined) return { keys: head, prefixes: head, cut: false };
      const tail = allowedPart(wildcards);
      const cut = tail.length < wildcards.length;
      const last = cut ? `${tail}*` : tail;
      return { keys: head + escaped(last, /\$/g), prefixes: `${head}*`, cut };
    }
    case 'prefix':
      return { ...startingWith(allowedPart(literal.slice(0, literal.lastIndexOf('/') + 1))), cut: false };
    case 'bucket':
      return { ...startingWith(''), cut: false };
  }
}

function literalPart(scope: KeyScope): { literal: string; wildcards: string | undefined } {
  return scope.kind === 'key'
    ? { literal: scope.key, wildcards: undefined }
    : { literal: scope.literal, wildcards: scope.pattern };
}

function startingWith(literal: string): { keys: string; prefixes: string } {
  const pattern = `${escaped(literal)}*`;
  return { keys: pattern, prefixes: pattern };
}

/** The text up to the first character that STS does not take in a policy. */
function allowedPart(text: string): string {
  const refused = text.search(/[^\u0020-\u00ff]/);
  return refused === -1 ? text : text.slice(0, refused);
}

/** `*`, `?` and `$` stand for themselves as `${*}`, `${?}` and `${$}` (IAM user guide, policy variables). */
function escaped(literal: string, special = /[*?$]/g): string {
  return literal.replace(special, (character) => `\${${character}}`);
}

/** What the side needs in S3, and no more. */
export function storageStatements(scope: PolicyScope, { keys, prefixes }: KeyPatterns): PolicyStatement[] {
  const { partition, bucket, access } = scope;
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const objects = `${bucketArn}/${keys}`;
  switch (access.side) {
    case 'source':
      return [
        { Effect: 'Allow', Action: ['s3:GetObject'], Resource: objects },
        {
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: bucketArn,
          Condition: { StringLike: { 's3:prefix': prefixes } },
        },
      ];
    case 'target':
      return [
        {
          Effect: 'Allow',
          // GetObject on the one key settles by HEAD whether an unanswered commit took place, and whether the object exists; the
          // list of parts whether an aborted upload is gone.
          Action: [
            's3:PutObject',
            's3:AbortMultipartUpload',
            's3:ListMultipartUploadParts',
            's3:GetObject',
            ...(access.setsAcl ? ['s3:PutObjectAcl'] : []),
          ],
          Resource: objects,
        },
      ];
  }
}

/**
 * What the side needs of the KMS key that encrypts its objects: it may be used by S3 on the side's behalf, never directly.
 * @param resource the key's ARN, or `*` where it is not known
 */
export function keyStatement({ partition, region, access }: PolicyScope, resource: string): PolicyStatement {
  return {
    Effect: 'Allow',
    Action: access.side === 'source' ? ['kms:Decrypt'] : ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: resource,
    Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.${domainOf(partition)}` } },
  };
}
