/** A statement of an IAM policy with its short forms spelled out (IAM JSON policy reference). */
export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly principals: PrincipalSet | undefined;
  readonly actions: Listed;
  /** Undefined in trust policies, which speak of the role itself. */
  readonly resources: Listed | undefined;
  readonly conditions: readonly Condition[];
}

/** `Action` or, `except` true, `NotAction`; patterns with `*` and `?`. */
export interface Listed {
  readonly except: boolean;
  readonly patterns: readonly string[];
}

export interface PrincipalSet {
  readonly except: boolean;
  readonly anyone: boolean;
  /** ARNs and account numbers of `AWS`. */
  readonly aws: readonly string[];
  readonly services: readonly string[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export interface Policy {
  readonly statements: readonly Statement[];
}

export type PolicyKind = 'identity' | 'bucket' | 'trust' | 'session';

/** Something in a policy that the sandbox does not know; `path` leads to it. */
export interface PolicyProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
