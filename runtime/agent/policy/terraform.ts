import type { AccountPolicies, HolderPolicy } from './account-policies.js';
import { defaultMaximumSession, nameInArn } from './policy-text.js';

/**
 * The policies as Terraform, with one provider alias an account. Roles are whole resources; users, buckets and keys are taken
 * to exist. A bucket or key has one policy alone, so for them the document is data to put into it.
 */
export function policyTerraform(accounts: readonly AccountPolicies[]): string {
  const blocks = accounts.flatMap(({ account, policies }) => {
    const provider = `aws.${aliasOf(account)}`;
    const created = new Set(policies.flatMap(({ holder }) => (holder.kind === 'trust' ? [holder.arn] : [])));
    return policies.map((policy) => block(policy, provider, created.has(policy.holder.arn)));
  });
  const aliases = accounts.map(({ account }) => `# Needs a provider "aws" with alias = "${aliasOf(account)}".\n`);
  return [aliases.join(''), ...blocks].join('\n');
}

function aliasOf(account: string | undefined): string {
  return `account_${account ?? 'of_the_bucket'}`;
}

/** @param created whether the holder is a resource of this output, which then comes first */
function block({ holder, document, sessionDuration = 0 }: HolderPolicy, provider: string, created: boolean): string {
  const name = nameInArn(holder.arn);
  const label = identifier(`${holder.account ?? 'account'}_${name}`);
  const head = (type: string, attributes: readonly string[]) =>
    [`resource "${type}" "${label}" {`, ...[`provider = ${provider}`, ...attributes].map(indented), '}\n'].join('\n');
  switch (holder.kind) {
    case 'trust': {
      const path = pathInArn(holder.arn);
      return head('aws_iam_role', [
        `name = ${text(name)}`,
        ...(path === '/' ? [] : [`path = ${text(path)}`]),
        ...(sessionDuration > defaultMaximumSession ? [`max_session_duration = ${sessionDuration}`] : []),
        `assume_role_policy = jsonencode(${hcl(document, 1)})`,
      ]);
    }
    case 'role':
      return head('aws_iam_role_policy', [
        `name = "crossrole"`,
        `role = ${created ? `aws_iam_role.${label}.name` : text(name)}`,
        `policy = jsonencode(${hcl(document, 1)})`,
      ]);
    case 'user':
      return head('aws_iam_user_policy', [
        `name = "crossrole"`,
        `user = ${text(name)}`,
        `policy = jsonencode(${hcl(document, 1)})`,
      ]);
    case 'bucket':
    case 'key': {
      const what = holder.kind === 'bucket' ? `the policy of the bucket ${name}` : `the policy of the key ${name}`;
      return `# Statements for ${what}, in addition to those that it has.\nlocals {\n${indented(
        `crossrole_${holder.kind}_${label} = ${hcl(document.Statement, 1)}`,
      )}\n}\n`;
    }
  }
}

function indented(line: string): string {
  return `  ${line}`;
}

/** A value as an HCL expression; keys are quoted, as `aws:RequestTag/project` is no identifier. */
function hcl(value: unknown, depth: number): string {
  const inner = '  '.repeat(depth + 1);
  const outer = '  '.repeat(depth);
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return `[\n${value.map((item) => `${inner}${hcl(item, depth + 1)},\n`).join('')}${outer}]`;
  const entries = Object.entries(Object(value));
  return `{\n${entries.map(([key, item]) => `${inner}${text(key)} = ${hcl(item, depth + 1)}\n`).join('')}${outer}}`;
}

/** A quoted string; `${` and `%{` would begin a template (HCL specification, quoted templates). */
function text(value: string): string {
  return JSON.stringify(value).replace(/([$%])\{/g, '$1$1{');
}

function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?![A-Za-z_])/, '_');
}

/** `/path/` of `arn:aws:iam::111122223333:role/path/name`. */
function pathInArn(arn: string): string {
  const resource = arn.slice(arn.indexOf('/'));
  return resource.slice(0, resource.lastIndexOf('/') + 1);
}
