import type { PropertyProblem, PropertyValues } from '../../../runtime/connector-api.js';
import { identityProblem, text } from './identity-properties.js';
import { type Partition, partsOfArn } from './role-arn.js';

/** What the names of a partition's regions begin with (AWS general reference); all others are of `aws`. */
const regionPrefixes: readonly (readonly [prefix: string, partition: Partition])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

function partitionOf(region: string): Partition {
  return regionPrefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** The roles and the region of a connection must be of one partition, unless an STS of its own may see that differently. */
export function partitionProblems(roleArns: readonly string[], connection: PropertyValues): PropertyProblem[] {
  const region = text(connection.regionName);
  if (region === undefined || connection.stsEndpoint !== undefined) return [];
  const stranger = roleArns.find((arn) => partsOfArn(arn).partition !== partitionOf(region));
  if (stranger === undefined) return [];
  const { partition } = partsOfArn(stranger);
  const message = `${stranger} is a role of the partition ${partition}, and ${region} a region of ${partitionOf(region)}`;
  return [identityProblem('PARTITION_MISMATCH', 'connection', 'regionName', message)];
}
