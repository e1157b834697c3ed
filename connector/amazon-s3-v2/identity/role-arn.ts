/** `aws`, `aws-cn`, `aws-us-gov`, …: worlds of AWS that share neither accounts nor endpoints. */
export type Partition = string;

/** Partition and account of an ARN such as `arn:aws-cn:iam::111122223333:role/path/name`. */
export function partsOfArn(arn: string): { readonly partition: Partition; readonly account: string } {
  const [, partition, , , account] = arn.split(':');
  return { partition, account };
}

/** Domain under which the services of a partition are found, and which kms:ViaService names. */
export function domainOf(partition: Partition): string {
  return partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
}
