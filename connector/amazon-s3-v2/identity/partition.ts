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

/** The connection's role and region must be of one partition, unless an STS of its own may see that differently. */
export function partitionProblems(roleArn: string, connection: PropertyValues): PropertyProblem[] {
  const region = text(connection.regionName);
  if (region === undefined || connection.stsEndpoint !== undefined) return [];
  const { partition } = partsOfArn(roleArn);
  if (partition === partitionOf(region)) return [];
  const message = `${roleArn} is a role of the partition ${partition}, and ${region} a region of ${partitionOf(region)}`;
  return [identityProblem('PARTITION_MISMATCH', 'connection', 'regionName', message)];
}
