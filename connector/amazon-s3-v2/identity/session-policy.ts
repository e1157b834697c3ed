import type { Warning } from '../../../runtime/connector-api.js';
import { domainOf, type Partition } from './role-arn.js';
import { maximumPolicyCharacters } from './session-policy-limits.js';

/** What a side does in its bucket, in the words of the derived policy. */
export interface PolicyScope {
  readonly partition: Partition;
  readonly region: string;
  readonly bucket: string;
  /** Objects may be encrypted with keys of AWS KMS. */
  readonly kms: boolean;
  readonly access:
    | { readonly side: 'source'; readonly keys: KeyScope }
    | { readonly side: 'target'; readonly key: string; readonly setsAcl: boolean };
}

/** The keys a source may read: one, or all that match a pattern. */
export type KeyScope =
  | { readonly kind: 'key'; readonly key: string }
  /** `literal` is the text before the first wildcard, `pattern` the rest with `*` and `?`. */
  | { readonly kind: 'pattern'; readonly literal: string; readonly pattern: string };

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** How far the keys of a policy are narrowed down. */
type Width = 'exact' | 'prefix' | 'bucket';

/**
 * The smallest session policy that the side can work with. Where STS would refuse its length (2048 characters) or its
 * characters (beyond U+00FF), keys widen to their common prefix, then to the whole bucket, each with a warning.
 */
export function derivedSessionPolicy(scope: PolicyScope): {
  readonly text: string;
  readonly warnings: readonly Warning[];
} {
  const warnings: Warning[] = [];
  for (const width of ['exact', 'prefix'] as const) {
    const { keys, prefixes, cut } = keyPatterns(scope, width);
    if (cut) warnings.push(widened(scope, 'has characters that a session policy can not hold', keys));
    const text = policyText(scope, keys, prefixes);
    if (text.length <= maximumPolicyCharacters) return { text, warnings };
    const next = keyPatterns(scope, width === 'exact' ? 'prefix' : 'bucket').keys;
    warnings.push(widened(scope, `makes the session policy ${text.length} characters long`, next));
  }
  const { keys, prefixes } = keyPatterns(scope, 'bucket');
  return { text: policyText(scope, keys, prefixes), warnings };
}

function widened({ bucket, access }: PolicyScope, why: string, keys: string): Warning {
  return {
    code: 'SESSION_POLICY_WIDENED',
    message: `the ${access.side}'s name ${why}; its session policy covers ${bucket}/${keys} instead`,
  };
}

/** Patterns of IAM for the keys, and for the prefixes that may be listed; `cut` when characters had to be left out. */
function keyPatterns({ access }: PolicyScope, width: Width): { keys: string; prefixes: string; cut: boolean } {
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

function policyText(scope: PolicyScope, keys: string, prefixes: string): string {
  const { partition, bucket, kms, access } = scope;
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const objects = `${bucketArn}/${keys}`;
  const statements: Statement[] =
    access.side === 'source'
      ? [
          { Effect: 'Allow', Action: ['s3:GetObject'], Resource: objects },
          {
            Effect: 'Allow',
            Action: ['s3:ListBucket'],
            Resource: bucketArn,
            Condition: { StringLike: { 's3:prefix': prefixes } },
          },
          ...(kms ? [kmsThroughS3(scope, ['kms:Decrypt'])] : []),
        ]
      : [
          {
            Effect: 'Allow',
            // GetObject on the one key settles by HEAD whether an unanswered commit took place, and whether the object exists.
            Action: [
              's3:PutObject',
              's3:AbortMultipartUpload',
              's3:ListMultipartUploadParts',
              's3:GetObject',
              ...(access.setsAcl ? ['s3:PutObjectAcl'] : []),
            ],
            Resource: objects,
          },
          ...(kms ? [kmsThroughS3(scope, ['kms:GenerateDataKey', 'kms:Decrypt'])] : []),
        ];
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The keys of a bucket's encryption may be used by S3 on the session's behalf, never by the session itself. */
function kmsThroughS3({ partition, region }: PolicyScope, actions: readonly string[]): Statement {
  return {
    Effect: 'Allow',
    Action: actions,
    Resource: '*',
    Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.${domainOf(partition)}` } },
  };
}
