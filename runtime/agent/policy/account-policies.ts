import type { NeededPolicy, PolicyHolder, PolicyStatement } from '../../connector-api.js';

/** Everything to attach to one holder. */
export interface HolderPolicy {
  readonly holder: PolicyHolder;
  readonly document: { readonly Version: '2012-10-17'; readonly Statement: readonly PolicyStatement[] };
  /** Of a `trust`: the longest session that a side asks for. Seconds. */
  readonly sessionDuration: number | undefined;
}

/** What has to be attached in one account; undefined where no connection tells the account. */
export interface AccountPolicies {
  readonly account: string | undefined;
  readonly policies: readonly HolderPolicy[];
}

const kinds: readonly PolicyHolder['kind'][] = ['user', 'trust', 'role', 'bucket', 'key'];

/** Puts together what the sides of a mapping need, by account and holder, each statement once. */
export function accountPolicies(needed: readonly NeededPolicy[]): AccountPolicies[] {
  const holders = grouped(needed, ({ holder }) => `${kinds.indexOf(holder.kind)} ${holder.arn}`);
  const policies = holders.map((group): HolderPolicy => {
    const durations = group.flatMap(({ sessionDuration }) => sessionDuration ?? []);
    return {
      holder: group[0].holder,
      document: { Version: '2012-10-17', Statement: distinct(group.flatMap(({ statements }) => statements)) },
      sessionDuration: durations.length > 0 ? Math.max(...durations) : undefined,
    };
  });
  return grouped(policies, ({ holder }) => holder.account ?? '').map((group) => ({
    account: group[0].holder.account,
    policies: group,
  }));
}

/** Groups in the order of their keys. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, group]) => group);
}

function distinct(statements: readonly PolicyStatement[]): PolicyStatement[] {
  return [...new Map(statements.map((statement) => [JSON.stringify(statement), statement])).values()];
}
