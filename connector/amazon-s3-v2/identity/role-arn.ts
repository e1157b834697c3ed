/** `aws`, `aws-cn`, `aws-us-gov`, …: worlds of AWS that share neither accounts nor endpoints. */
export type Partition = string;

/** Partition and account of an ARN such as `arn:aws-cn:iam::111122223333:role/path/name`. */
export function partsOfArn(arn: string): { readonly partition: Partition; readonly account: string } {
  const [, partition, , , account] = arn.split(':');
  return { partition, account };
}

/**
 * Whom policies have to name for a caller: the role of an assumed-role session, else the caller itself. The ARN of a session
 * does not tell the path of its role, which policies need: it is left out.
 */
export function policyPrincipal(callerArn: string): string {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn) ?? [];
  return role === undefined ? callerArn : `arn:${partition}:iam::${account}:role/${role}`;
}

/** `role reader in account 111122223333`. */
export function inWords(arn: string): string {
  const [, account, kind, name] = /^arn:[\w-]+:\w+::(\d*):(\w+)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return name === undefined ? arn : `${kind} ${name} in account ${account}`;
}
