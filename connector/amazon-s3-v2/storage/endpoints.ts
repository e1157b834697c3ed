import type { PropertyProblem, PropertyValues } from '../../../runtime/connector-api.js';
import { identityProblem } from '../identity/identity-properties.js';
import { isHostOfAws } from '../identity/partition.js';

/** Where the services are; undefined means the endpoint that AWS has for the region. */
export interface Endpoints {
  readonly s3: string | undefined;
  readonly sts: string | undefined;
  readonly instanceMetadata: string;
}

/** The link-local address of the instance metadata service (EC2 user guide). */
const instanceMetadata = 'http://169.254.169.254';

/**
 * The endpoints of a connection. Its own properties win over the environment, and the one of S3 never moves STS. Apart from
 * these three variables nothing of the environment, and nothing of ~/.aws, has any influence.
 */
export function endpointsOf(connection: PropertyValues, environment: NodeJS.ProcessEnv): Endpoints {
  return {
    s3: given(connection.restEndpoint) ?? given(environment.AWS_ENDPOINT_URL_S3),
    sts: given(connection.stsEndpoint) ?? given(environment.AWS_ENDPOINT_URL_STS),
    instanceMetadata: given(environment.AWS_EC2_METADATA_SERVICE_ENDPOINT) ?? instanceMetadata,
  };
}

/** What is wrong with the endpoints of S3 and STS; the values are not repeated, as a URL may hold a password. */
export function endpointProblems(connection: PropertyValues, environment: NodeJS.ProcessEnv): PropertyProblem[] {
  const { s3, sts } = endpointsOf(connection, environment);
  const uses = [
    { id: 'restEndpoint', variable: 'AWS_ENDPOINT_URL_S3', endpoint: s3 },
    { id: 'stsEndpoint', variable: 'AWS_ENDPOINT_URL_STS', endpoint: sts },
  ];
  return uses.flatMap(({ id, variable, endpoint }) => {
    if (endpoint === undefined || isEndpoint(endpoint)) return [];
    const name = given(connection[id]) === undefined ? variable : id;
    return [identityProblem('ENDPOINT_INVALID', 'connection', id, `${name} is no URL of a service`)];
  });
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/**
 * Whether the storage can use keys of AWS KMS. What a connection's own endpoint names outside of AWS can not, and may refuse
 * a policy that speaks of KMS (Ceph: MalformedPolicyDocument). The environment's endpoint stands for AWS itself.
 */
export function hasKms(connection: PropertyValues): boolean {
  const own = given(connection.restEndpoint);
  return own === undefined || !URL.canParse(own) || isHostOfAws(new URL(own).hostname);
}

function given(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
