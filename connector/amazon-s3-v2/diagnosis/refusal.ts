/** The policies that AWS names in a refusal (IAM user guide, troubleshooting access denied error messages). */
export type PolicyKind =
  | 'identity-based'
  | 'session'
  | 'resource-based'
  | 'trust'
  | 'permissions-boundary'
  | 'service-control'
  | 'resource-control'
  | 'vpc-endpoint';

/** What AWS says of a refused request. */
export interface Refusal {
  /** ARN of the caller. */
  readonly principal: string | undefined;
  /** For example `s3:GetObject`; undefined for a bare "Access Denied". */
  readonly action: string | undefined;
  /** ARN. */
  readonly resource: string | undefined;
  readonly reason: /** No statement allows it, or one denies it; across accounts AWS says neither. */
  { readonly kind: 'missing' | 'denied'; readonly policy: PolicyKind } | { readonly kind: 'unsaid' };
}

const kinds: readonly (readonly [RegExp, PolicyKind])[] = [
  [/^identity-based/i, 'identity-based'],
  [/^session/i, 'session'],
  [/trust/i, 'trust'],
  [/^resource-based/i, 'resource-based'],
  [/^permissions? boundary/i, 'permissions-boundary'],
  [/^service control/i, 'service-control'],
  [/^resource control/i, 'resource-control'],
  [/^vpc endpoint/i, 'vpc-endpoint'],
];

/** Reads the message of an access-denied answer. Wording that is not known counts as unsaid. */
export function refusalOf(message: string): Refusal {
  const [, principal] = /User: (arn:\S+)/.exec(message) ?? [];
  const [, action] = /not authorized to perform: ([\w-]+:\w+)/.exec(message) ?? [];
  const [, resource] = /on resource: "?(arn:[^"]*?)"?(?= because | with an explicit deny|$)/.exec(message) ?? [];
  return { principal, action, resource: resource?.trim(), reason: reasonOf(message) };
}

function reasonOf(message: string): Refusal['reason'] {
  const [, missing] = /because no ([\w -]+?)(?: policy)? allows /i.exec(message) ?? [];
  const [, denied] = /with an explicit deny in (?:an?|the) ([\w -]+)/i.exec(message) ?? [];
  const policy = kinds.find(([wording]) => wording.test(missing ?? denied ?? ''))?.[1];
  if (policy === undefined) return { kind: 'unsaid' };
  return { kind: missing === undefined ? 'denied' : 'missing', policy };
}
