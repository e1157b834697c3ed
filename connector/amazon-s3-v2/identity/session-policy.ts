import type { Warning } from '../../../runtime/connector-api.js';
import { maximumPolicyCharacters } from './session-policy-limits.js';
import { type KeyPatterns, keyPatterns, keyStatement, type PolicyScope, storageStatements } from './side-statements.js';

/** What a session is for. */
export interface SessionScope extends PolicyScope {
  /** Objects may be encrypted with keys of AWS KMS. */
  readonly kms: boolean;
}

/**
 * The smallest session policy that the side can work with. Where STS would refuse its length (2048 characters) or its
 * characters (beyond U+00FF), keys widen to their common prefix, then to the whole bucket, each with a warning.
 */
export function derivedSessionPolicy(scope: SessionScope): {
  readonly text: string;
  readonly warnings: readonly Warning[];
} {
  const warnings: Warning[] = [];
  for (const width of ['exact', 'prefix'] as const) {
    const patterns = keyPatterns(scope, width);
    if (patterns.cut) warnings.push(widened(scope, 'has characters that a session policy can not hold', patterns.keys));
    const text = policyText(scope, patterns);
    if (text.length <= maximumPolicyCharacters) return { text, warnings };
    const next = keyPatterns(scope, width === 'exact' ? 'prefix' : 'bucket').keys;
    warnings.push(widened(scope, `makes the session policy ${text.length} characters long`, next));
  }
  return { text: policyText(scope, keyPatterns(scope, 'bucket')), warnings };
}

function widened({ bucket, access }: PolicyScope, why: string, keys: string): Warning {
  return {
    code: 'SESSION_POLICY_WIDENED',
    message: `the ${access.side}'s name ${why}; its session policy covers ${bucket}/${keys} instead`,
  };
}

function policyText(scope: SessionScope, patterns: KeyPatterns): string {
  // Whether and under which key the bucket encrypts is not known before the session is there.
  const statements = [...storageStatements(scope, patterns), ...(scope.kms ? [keyStatement(scope, '*')] : [])];
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
