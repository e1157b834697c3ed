import { isFields, type Report, textsOf } from './elements.js';

/** Whom a statement of a trust or bucket policy speaks of. */
export type PrincipalEntry =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'arn'; readonly arn: string }
  | { readonly kind: 'service'; readonly service: string }
  /** ARN of an OIDC identity provider. */
  | { readonly kind: 'federated'; readonly provider: string };

export interface Principals {
  /** `NotPrincipal`: all but these. */
  readonly negated: boolean;
  readonly list: readonly PrincipalEntry[];
}

const IDENTITY_ARN =
  /^arn:aws:(iam::\d{12}:(user|role)\/[\w+=,.@/-]+|sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/;
const OIDC_PROVIDER = /^arn:aws:iam::\d{12}:oidc-provider\/[\w.:/-]+$/;
const ACCOUNT = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/;

/** Reads `"*"` or `{ "AWS": …, "Service": …, "Federated": … }`. Other kinds of principal are not known here. */
export function parsePrincipals(value: unknown, path: readonly (string | number)[], report: Report): PrincipalEntry[] {
  if (value === '*') return [{ kind: 'everyone' }];
  if (!isFields(value)) {
    report(path, 'a principal is "*" or an object such as {"AWS": "arn:aws:iam::111111111111:user/name"}');
    return [];
  }
  return Object.entries(value).flatMap(([kind, names]) => {
    const at = [...path, kind];
    switch (kind) {
      case 'AWS':
        return textsOf(names, at, report).flatMap(({ text, path: textPath }) => awsPrincipal(text, textPath, report));
      case 'Service':
        return textsOf(names, at, report).map(({ text }): PrincipalEntry => ({ kind: 'service', service: text }));
      case 'Federated':
        return textsOf(names, at, report).map(({ text, path: textPath }): PrincipalEntry => {
          if (!OIDC_PROVIDER.test(text)) report(textPath, `"${text}" is not the ARN of an OIDC identity provider`);
          return { kind: 'federated', provider: text };
        });
      default:
        report(at, `the sandbox knows no principals of the kind "${kind}", only "AWS", "Service" and "Federated"`);
        return [];
    }
  });
}

function awsPrincipal(text: string, path: readonly (string | number)[], report: Report): PrincipalEntry[] {
  if (text === '*') return [{ kind: 'everyone' }];
  const account = ACCOUNT.exec(text)?.[1];
  if (account !== undefined) return [{ kind: 'account', account }];
  if (IDENTITY_ARN.test(text)) return [{ kind: 'arn', arn: text }];
  report(path, `"${text}" is no account, user, role or session; wildcards within an ARN are not allowed here`);
  return [];
}
