import type { PropertyProblem, PropertyValues } from '../../../runtime/connector-api.js';
import { identityProblem, text } from './identity-properties.js';
import { type Partition, partsOfArn } from './role-arn.js';

interface PartitionFacts {
  readonly partition: Partition;
  /** What the names of its regions begin with. */
  readonly regions: string;
  /** Under which its services are found, and which kms:ViaService names. */
  readonly domain: string;
}

/** AWS general reference, and the list of partitions of the SDKs; all regions of other names are of `aws`. */
const partitions: readonly PartitionFacts[] = [
  { partition: 'aws-cn', regions: 'cn-', domain: 'amazonaws.com.cn' },
  { partition: 'aws-us-gov', regions: 'us-gov-', domain: 'amazonaws.com' },
  { partition: 'aws-iso', regions: 'us-iso-', domain: 'c2s.ic.gov' },
  { partition: 'aws-iso-b', regions: 'us-isob-', domain: 'sc2s.sgov.gov' },
  { partition: 'aws-iso-f', regions: 'us-isof-', domain: 'csp.hci.ic.gov' },
  { partition: 'aws-iso-e', regions: 'eu-isoe-', domain: 'cloud.adc-e.uk' },
  { partition: 'aws-eusc', regions: 'eusc-', domain: 'amazonaws.eu' },
];
const commonDomain = 'amazonaws.com';

/** The partition that a region belongs to. */
export function partitionOfRegion(region: string): Partition {
  return partitions.find(({ regions }) => region.startsWith(regions))?.partition ?? 'aws';
}

/** Domain under which the services of a partition are found. */
export function domainOf(partition: Partition): string {
  return partitions.find((each) => each.partition === partition)?.domain ?? commonDomain;
}

/** Whether a host is one of AWS, of whatever partition. */
export function isHostOfAws(host: string): boolean {
  return [commonDomain, ...partitions.map(({ domain }) => domain)].some((domain) => `.${host}`.endsWith(`.${domain}`));
}

/** The roles and the region of a connection must be of one partition, unless an STS of its own may see that differently. */
export function partitionProblems(roleArns: readonly string[], connection: PropertyValues): PropertyProblem[] {
  const region = text(connection.regionName);
  if (region === undefined || connection.stsEndpoint !== undefined) return [];
  const ofRegion = partitionOfRegion(region);
  const stranger = roleArns.find((arn) => partsOfArn(arn).partition !== ofRegion);
  if (stranger === undefined) return [];
  const { partition } = partsOfArn(stranger);
  const message = `${stranger} is a role of the partition ${partition}, and ${region} a region of ${ofRegion}`;
  return [identityProblem('PARTITION_MISMATCH', 'connection', 'regionName', message)];
}
