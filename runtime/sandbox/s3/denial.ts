import type { Decision, PolicyKind } from '../policy/evaluate.js';

/** Why a request was refused, as the end of a message (S3 user guide, access denied message examples). */
export function reasonOf({ gate, policy }: Decision, action: string): string {
  const [article, name] = names[policy];
  return gate === 'explicit-deny'
    ? `with an explicit deny in ${article} ${name} policy`
    : `because no ${name} policy allows the ${action} action`;
}

const names: Readonly<Record<PolicyKind, readonly [article: string, name: string]>> = {
  'identity-policy': ['an', 'identity-based'],
  'session-policy': ['a', 'session'],
  'bucket-policy': ['a', 'resource-based'],
  'key-policy': ['a', 'resource-based'],
  'trust-policy': ['a', 'resource-based'],
};
